#include "tabular/learner_factory.h"

#include <string>

#include "nascent/core/error.h"
#include "nascent/learner/family.h"
#include "tabular/boosted_trees.h"
#include "tabular/elastic_net.h"
#include "tabular/logistic_regression.h"
#include "tabular/nearest_neighbours.h"
#include "tabular/random_forest.h"
#include "tabular/ridge_regression.h"

namespace nascent {

std::unique_ptr<Learner> make_learner(std::string_view family, const Configuration& configuration, const Task& task) {
  if (family == kBoostedTrees) return std::make_unique<BoostedTrees>(configuration);
  if (family == kRandomForest) return std::make_unique<RandomForest>(configuration);
  if (family == kNearestNeighbours) return std::make_unique<NearestNeighbours>(configuration);
  if (family == kLinear) {
    if (task.is_classification()) return std::make_unique<LogisticRegression>(configuration);
    if (configuration.choice("penalty") == "elastic_net") return std::make_unique<ElasticNet>(configuration);
    return std::make_unique<RidgeRegression>(configuration);
  }
  throw InputError("This build has no model family \"" + std::string(family) +
                   "\"; build with libtorch for neural networks, or choose another family.");
}

}  // namespace nascent
