// Networks of dense layers for tables, designed by search: the space of networks of `network_space` together with how
// they are trained.
#include "nascent/learner/dense_network.h"

#include <algorithm>

#include "learner/families.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

/// Below, a table needs more passes.
constexpr std::size_t kSmallTable = 5'000;

void add_training(SearchSpace& space, const TableTraits& traits) {
  SearchSpace adamw;
  adamw.add_float("learning_rate", 3e-4, 3e-2, {.log = true});
  adamw.add_float("weight_decay", 1e-4, 1.0, {.log = true});
  SearchSpace sgd;
  sgd.add_float("learning_rate", 3e-3, 0.3, {.log = true});
  sgd.add_float("weight_decay", 1e-6, 1e-2, {.log = true});
  space.add_categorical("optimizer", {{"adamw", std::move(adamw)}, {"sgd", std::move(sgd)}});
  space.add_ordered("batch_size", {"64", "128", "256"});
  space.add_categorical("schedule", {"one_cycle", "cosine"});
  space.add_float("mixup", 0.0, 0.4);
  space.add_categorical("averaging", {"none", "ema"});
  if (traits.task.is_classification()) space.add_float("label_smoothing", 0.0, 0.1);
  space.add_int("epochs", 16, 256, {.log = true});
}

void start_training(Configuration& network, const TableTraits& traits) {
  Configuration adamw;
  adamw.set("learning_rate", 3e-3);
  adamw.set("weight_decay", 0.03);
  network.set("optimizer", ChoiceValue{"adamw", std::move(adamw)});
  network.set("batch_size", ChoiceValue{traits.rows <= kSmallTable ? "64" : "256", {}});
  network.set("schedule", ChoiceValue{"one_cycle", {}});
  network.set("mixup", 0.0);
  network.set("averaging", ChoiceValue{"none", {}});
  if (traits.task.is_classification()) network.set("label_smoothing", 0.0);
  network.set("epochs", std::int64_t{traits.rows <= kSmallTable ? 64 : 32});
}

}  // namespace

Family dense_network_family(const TableTraits& traits, const NetworkSpaceOptions& options) {
  if (!options.training.empty())
    throw InputError("the training of networks for tables cannot be described in a file; leave out [training]");
  const std::size_t features = std::max<std::size_t>(1, traits.numeric_features + traits.categorical_features);
  NetworkSpace networks = make_network_space(options, {.input = {static_cast<int>(features), 0, 0},
                                                       .outputs = static_cast<int>(traits.task.outputs()),
                                                       .count = traits.rows});
  Family family{.name = std::string(kDenseNetwork),
                .label = "dense network",
                .space = std::move(networks.space),
                .first = std::move(networks.first)};
  add_training(family.space, traits);
  for (Configuration& network : family.first) start_training(network, traits);
  return family;
}

Preprocessing dense_network_preprocessing(const Configuration&) {
  return {.numbers = Preprocessing::Numbers::kRobust, .categories = Preprocessing::Categories::kOneHot, .rare_rows = 3};
}

}  // namespace nascent
