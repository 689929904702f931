// Networks of dense layers for tables, designed by search: the space of networks of `network_space` together with how
// they are trained.
#include "nascent/learner/dense_network.h"

#include <algorithm>
#include <cmath>

#include "learner/families.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

/// Below, a table needs more passes.
constexpr std::size_t kSmallTable = 5'000;
/// Categories with fewer rows have no number of their own.
constexpr int kRareRows = 3;

void add_training(SearchSpace& space, const Task& task) {
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
  if (task.is_classification()) space.add_float("label_smoothing", 0.0, 0.1);
  space.add_int("epochs", 16, 256, {.log = true});
}

void start_training(Configuration& network, std::size_t rows, const Task& task) {
  Configuration adamw;
  adamw.set("learning_rate", 3e-3);
  adamw.set("weight_decay", 0.03);
  network.set("optimizer", ChoiceValue{"adamw", std::move(adamw)});
  network.set("batch_size", ChoiceValue{rows <= kSmallTable ? "64" : "256", {}});
  network.set("schedule", ChoiceValue{"one_cycle", {}});
  network.set("mixup", 0.0);
  network.set("averaging", ChoiceValue{"none", {}});
  if (task.is_classification()) network.set("label_smoothing", 0.0);
  network.set("epochs", std::int64_t{rows <= kSmallTable ? 64 : 32});
}

int inputs_of(std::span<const float> numbers) {
  float low = INFINITY;
  float high = -INFINITY;
  bool missing = false;
  for (const float number : numbers) {
    if (!std::isfinite(number)) {
      missing = true;
      continue;
    }
    low = std::min(low, number);
    high = std::max(high, number);
  }
  return (low < high ? 1 : 0) + (missing && low <= high ? 1 : 0);
}

int inputs_of(std::span<const std::int32_t> codes, std::size_t categories) {
  std::vector<int> counts(categories);
  int missing = 0;
  for (const std::int32_t code : codes) ++(code >= 0 ? counts[static_cast<std::size_t>(code)] : missing);
  const auto frequent =
      static_cast<std::size_t>(std::ranges::count_if(counts, [](int count) { return count >= kRareRows; }));
  return static_cast<int>(std::min(frequent, kMostOneHotColumns)) + (missing >= kRareRows ? 1 : 0);
}

}  // namespace

Family dense_network_family(const NetworkSpaceOptions& options, const NetworkTask& networks, const Task& task) {
  const auto check = [](bool given, const char* what) {
    if (given) throw InputError(std::string("networks for tables have no ") + what + "; leave it out");
  };
  check(!options.training.empty(), "[training] in the file of their space");
  check(options.final_network != Enlargement{}, "[final] in the file of their space");
  check(options.limits.latency_ms > 0.0, "limit of latency, but of parameters and multiply-adds");
  NetworkSpace space = make_network_space(options, networks);
  Family family{.name = std::string(kDenseNetwork),
                .label = "dense network",
                .space = std::move(space.space),
                .first = std::move(space.first)};
  add_training(family.space, task);
  for (Configuration& network : family.first) start_training(network, networks.count, task);
  return family;
}

int dense_network_inputs(const Table& table) {
  int inputs = 0;
  for (std::size_t i = 0; i < table.features().size(); ++i) {
    const Feature& feature = table.features()[i];
    inputs += feature.categorical ? inputs_of(table.codes(i), feature.categories) : inputs_of(table.numbers(i));
  }
  return std::max(1, inputs);
}

Preprocessing dense_network_preprocessing(const Configuration&) {
  return {.numbers = Preprocessing::Numbers::kRobust,
          .categories = Preprocessing::Categories::kOneHot,
          .rare_rows = kRareRows};
}

}  // namespace nascent
