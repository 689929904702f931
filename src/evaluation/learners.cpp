#include "evaluation/learners.h"

#include "nascent/core/error.h"
#include "nascent/learner/family.h"
#include "tabular/learner_factory.h"
#ifdef NASCENT_TORCH
#include "training/dense_network.h"
#include "training/tabular_network.h"
#endif

namespace nascent {

std::unique_ptr<Learner> make_any_learner(std::string_view family, const Configuration& configuration,
                                          const Task& task) {
  if (family == kNeuralNetwork || family == kDenseNetwork) {
#ifdef NASCENT_TORCH
    return family == kDenseNetwork ? make_dense_network(configuration, task)
                                   : make_tabular_network(configuration, task);
#else
    throw InputError(
        "this nascent was built without libtorch (preset no-torch) and has no neural networks; use a build of "
        "the preset release");
#endif
  }
  return make_learner(family, configuration, task);
}

}  // namespace nascent
