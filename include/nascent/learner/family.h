#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nascent/data/task.h"
#include "nascent/space/search_space.h"

namespace nascent {

/// The names of the families for tables.
inline constexpr std::string_view kBoostedTrees = "boosted_trees";
inline constexpr std::string_view kRandomForest = "random_forest";
inline constexpr std::string_view kLinear = "linear";
inline constexpr std::string_view kNeuralNetwork = "neural_network";
inline constexpr std::string_view kNearestNeighbours = "nearest_neighbours";
inline constexpr std::string_view kDenseNetwork = "dense_network";

/// A feature with more categories keeps the most frequent ones where each becomes a column: a dense column for each of
/// thousands would fill the memory.
inline constexpr std::size_t kMostOneHotColumns = 256;

/// How a family wants its features. Learned from the training rows of a split only.
struct Preprocessing {
  /// kKeep: missing numbers stay NaN and numbers as they are (trees). kStandard: median for missing with an indicator column
  /// where training had missing cells, then zero mean and unit variance. kRobust: median for missing with an indicator, then
  /// centred by the median, scaled by the quartile range and clipped smoothly, x / sqrt(1 + (x/3)^2) (Holzmueller et al. 2024).
  enum class Numbers { kKeep, kStandard, kRobust } numbers = Numbers::kKeep;
  /// kCodes: integer codes for the learner to handle. kOneHot: a 0/1 column for each category with at least `rare_rows` rows in
  /// training. kOneHotSmall: one-hot up to nine categories, codes beyond. kTarget: the smoothed mean of the target for each
  /// category, estimated out of fold on the training rows (Micci-Barreca 2001).
  enum class Categories { kCodes, kOneHot, kOneHotSmall, kTarget } categories = Categories::kCodes;
  int rare_rows = 2;
};

/// A model family for tables: its hyperparameters, where to start, and how it wants its data. Plain data; the learner itself
/// is made by the room that has the library.
struct Family {
  std::string name;   ///< as in the search space: "boosted_trees"
  std::string label;  ///< for people: "boosted trees"
  SearchSpace space;
  std::vector<Configuration> first;  ///< cheap, good configurations, tried before the strategy is asked
};

/// The circumstances that a family's space may depend on.
struct TableTraits {
  Task task;
  std::size_t rows = 0;
  std::size_t numeric_features = 0;
  std::size_t categorical_features = 0;
  std::size_t largest_cardinality = 0;
};

/// The families that can be used, in the order in which their first configurations are tried.
/// `with_networks`: whether this build has the neural network.
std::vector<Family> table_families(const TableTraits& traits, bool with_networks);

/// The preprocessing that a configuration of this family asks for.
Preprocessing preprocessing_of(std::string_view family, const Configuration& configuration);

}  // namespace nascent
