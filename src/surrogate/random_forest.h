#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nascent/core/random.h"

namespace nascent {

struct ForestOptions {
  std::size_t trees = 10;
  double feature_share = 5.0 / 6.0;  ///< of the features, drawn at each node, that compete for its split
  double fewest_to_split = 3.0;      ///< observations in a node that is split
  double fewest_in_leaf = 1.0;
  bool bootstrap = true;  ///< each tree is grown from as many observations, drawn with replacement
};

/// A random forest for regression with a predictive variance (Hutter, Hoos, Leyton-Brown: Sequential model-based
/// optimization for general algorithm configuration. LION 2011).
///
/// A node is split where the squared error falls most, over a random part of the features. The threshold of a number
/// is drawn uniformly between the two observed values that it separates, so that the mean over trees is nearly
/// continuous and the variance grows away from the observations. Categories are divided into two subsets: in the order
/// of their mean target, which is exact for squared error (Fisher, JASA 1958); those that a node has not seen go to
/// either side by chance.
///
/// Fitting takes O(trees · features · n log n).
class RandomForest {
 public:
  /// `categories` says of each feature how many categories it has: their values are 0, 1, ...; 0 for a number.
  explicit RandomForest(std::vector<std::size_t> categories, const ForestOptions& options = {});

  /// Grows the trees from observations: `features` holds one row after the other, `targets` one finite value a row.
  void fit(std::span<const float> features, std::span<const double> targets, Random& random);
  /// Adds an observation to the leaves it falls into, without growing them. Needs `fit`.
  void add(std::span<const float> row, double target);

  /// Of the trees, by the law of total variance: each says the mean and the variance of the targets in its leaf.
  struct Prediction {
    double mean = 0.0;
    double variance = 0.0;
  };
  Prediction predict(std::span<const float> row) const;
  std::size_t features() const { return categories_.size(); }

 private:
  class Growth;
  /// An inner node goes left for numbers up to its threshold, or for the categories of its subset; a leaf keeps the
  /// targets' number, mean and sum of squared deviations from it.
  struct Node {
    std::int32_t feature = -1;  ///< -1 for a leaf
    float threshold = 0.0f;
    std::uint32_t subset = 0;  ///< where the bits of the categories that go left begin in `subsets_`
    std::uint32_t left = 0;    ///< the right child follows it
    double weight = 0.0;
    double mean = 0.0;
    double deviations = 0.0;
  };

  std::size_t leaf_of(std::uint32_t root, std::span<const float> row) const;
  bool in_subset(const Node& node, std::size_t category) const {
    return (subsets_[node.subset + category / 64] >> (category % 64) & 1) != 0;
  }

  std::vector<std::size_t> categories_;
  ForestOptions options_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> roots_;
  std::vector<std::uint64_t> subsets_;
};

}  // namespace nascent
