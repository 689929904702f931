// A dense network with embeddings for categories, after the tuned defaults of RealMLP (Holzmueller et al. 2024). Only
// what may be searched is here; the network itself lives where the tensors are.
#include "learner/families.h"

namespace nascent {

namespace {

/// Up to this many categories are 0/1 columns (`Preprocessing::Categories::kOneHotSmall`); beyond, they are embedded.
constexpr std::size_t kMostCategoriesForOneHotSmall = 9;

/// Below, a network learns by heart what it is shown in any detail: it starts smaller and sees the numbers as they are.
constexpr std::size_t kSmallTable = 5'000;
/// Embedding more numbers than this makes the first layer the most of the work.
constexpr std::size_t kMostNumbersEmbedded = 100;

/// Where the searching starts; what is not here is the same for all.
struct Start {
  std::int64_t units;
  const char* activation;
  double dropout;
  double learning_rate;
  double weight_decay;
  bool periodic;
};

SearchSpace space_for(const TableTraits& traits) {
  SearchSpace space;
  space.add_int("layers", 1, 4);
  space.add_int("units", 32, 512, {.log = true});
  space.add_categorical("activation", {"relu", "silu", "selu"});
  space.add_float("dropout", 0.0, 0.5);
  space.add_float("learning_rate", 5e-3, 0.3, {.log = true});
  space.add_float("weight_decay", 1e-3, 1.0, {.log = true});
  space.add_categorical("batch_size", {"128", "256", "512"});
  if (traits.categorical_features > 0 && traits.largest_cardinality > kMostCategoriesForOneHotSmall) {
    space.add_int("embedding", 4, 16);
  }
  if (traits.numeric_features > 0) {
    space.add_categorical(
        "numeric_embedding",
        {"none",
         {"periodic",
          SearchSpace().add_float("sigma", 0.05, 10.0, {.log = true}).add_int("size", 4, 16, {.log = true})}});
  }
  if (traits.task.is_classification()) space.add_float("label_smoothing", 0.0, 0.1);
  space.add_int("epochs", 16, 256, {.log = true});
  return space;
}

Configuration configuration_of(const Start& start, const TableTraits& traits) {
  const bool small = traits.rows <= kSmallTable;
  Configuration configuration;
  configuration.set("layers", std::int64_t{2});
  configuration.set("units", start.units);
  configuration.set("activation", ChoiceValue{start.activation, {}});
  configuration.set("dropout", start.dropout);
  configuration.set("learning_rate", start.learning_rate);
  configuration.set("weight_decay", start.weight_decay);
  configuration.set("batch_size", ChoiceValue{small ? "128" : "256", {}});
  if (traits.categorical_features > 0 && traits.largest_cardinality > kMostCategoriesForOneHotSmall) {
    configuration.set("embedding", std::int64_t{8});
  }
  if (traits.numeric_features > 0) {
    ChoiceValue embedding{"none", {}};
    if (start.periodic && traits.numeric_features <= kMostNumbersEmbedded) {
      embedding.name = "periodic";
      embedding.branch.set("sigma", 2.0);
      embedding.branch.set("size", std::int64_t{4});
    }
    configuration.set("numeric_embedding", std::move(embedding));
  }
  if (traits.task.is_classification()) configuration.set("label_smoothing", 0.0);
  // A small table needs more passes than a large one.
  configuration.set("epochs", std::int64_t{small ? 64 : 32});
  return configuration;
}

/// As measured on tables of a few hundred to 54,000 rows. Embedded numbers are worth most where the target jumps along
/// them; where it does not (or there are none), the plain network is as good and twice as quick.
std::vector<Start> starts_for(const TableTraits& traits) {
  const Start plain{256, "silu", 0.1, 0.04, 0.03, false};
  if (traits.rows <= kSmallTable) return {{128, "silu", 0.2, 0.04, 0.1, false}};
  if (traits.numeric_features == 0 || traits.numeric_features > kMostNumbersEmbedded) return {plain};
  if (!traits.task.is_classification()) return {{128, "silu", 0.1, 0.06, 0.1, true}};
  return {{256, "selu", 0.15, 0.03, 0.1, true}, plain};
}

}  // namespace

Family neural_network_family(const TableTraits& traits) {
  Family family{
      .name = std::string(kNeuralNetwork), .label = "neural network", .space = space_for(traits), .first = {}};
  for (const Start& start : starts_for(traits)) family.first.push_back(configuration_of(start, traits));
  return family;
}

Preprocessing neural_network_preprocessing(const Configuration&) {
  return {.numbers = Preprocessing::Numbers::kRobust,
          .categories = Preprocessing::Categories::kOneHotSmall,
          .rare_rows = 2};
}

}  // namespace nascent
