// A dense network with embeddings for categories, after the tuned defaults of RealMLP (Holzmueller et al. 2024). Only
// what may be searched is here; the network itself lives where the tensors are.
#include "learner/families.h"

namespace nascent {

namespace {

/// Up to this many categories are 0/1 columns (`Preprocessing::Categories::kOneHotSmall`); beyond, they are embedded.
constexpr std::size_t kMostCategoriesForOneHotSmall = 9;

/// Passes over the data that a first network may take: a small table needs more of them than a large one.
std::int64_t first_epochs(std::size_t rows) { return rows <= 5'000 ? 64 : 32; }

}  // namespace

Family neural_network_family(const TableTraits& traits) {
  Family family{.name = std::string(kNeuralNetwork), .label = "neural network", .space = {}, .first = {}};
  SearchSpace& space = family.space;
  Configuration first;
  const auto number = [&](const char* name, double low, double high, bool log, double start) {
    space.add_float(name, low, high, {.log = log});
    first.set(name, start);
  };
  const auto integer = [&](const char* name, std::int64_t low, std::int64_t high, bool log, std::int64_t start) {
    space.add_int(name, low, high, {.log = log});
    first.set(name, start);
  };

  integer("layers", 1, 4, false, 2);
  integer("units", 32, 512, true, 128);
  space.add_categorical("activation", {"relu", "silu", "selu"});
  first.set("activation", ChoiceValue{"silu", {}});
  number("dropout", 0.0, 0.5, false, 0.1);
  number("learning_rate", 5e-3, 0.5, true, 0.04);
  number("weight_decay", 1e-6, 1e-1, true, 1e-3);
  space.add_categorical("batch_size", {"128", "256", "512"});
  first.set("batch_size", ChoiceValue{traits.rows <= 5'000 ? "128" : "256", {}});
  if (traits.categorical_features > 0 && traits.largest_cardinality > kMostCategoriesForOneHotSmall) {
    integer("embedding", 4, 16, false, 8);
  }
  if (traits.numeric_features > 0) {
    space.add_categorical(
        "numeric_embedding",
        {"none",
         {"periodic",
          SearchSpace().add_float("sigma", 0.01, 10.0, {.log = true}).add_int("size", 4, 16, {.log = true})}});
    first.set("numeric_embedding", ChoiceValue{"none", {}});
  }
  if (traits.task.is_classification()) number("label_smoothing", 0.0, 0.1, false, 0.0);
  integer("epochs", 16, 256, true, first_epochs(traits.rows));
  family.first.push_back(std::move(first));
  return family;
}

Preprocessing neural_network_preprocessing(const Configuration&) {
  return {.numbers = Preprocessing::Numbers::kRobust,
          .categories = Preprocessing::Categories::kOneHotSmall,
          .rare_rows = 2};
}

}  // namespace nascent
