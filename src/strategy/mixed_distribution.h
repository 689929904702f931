#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "strategy/unit_coordinates.h"
#include "surrogate/categorical_distribution.h"
#include "surrogate/cma_es.h"

namespace nascent {

/// A point as an evolution strategy sees it: the numbers of a space in [0, 1], drawn and not rounded, and its
/// categories.
struct MixedPoint {
  std::vector<double> numbers;
  std::vector<int> categories;  ///< `CategoricalDistribution::kInactive` where the point has none
};

/// What a space looks like to an evolution strategy. Immutable.
struct MixedShape {
  explicit MixedShape(const SearchSpace& space);

  /// An encoded point; NaN for numbers and `CategoricalDistribution::kInactive` for categories that are not active.
  MixedPoint point_of(const EncodedPoint& encoded) const;
  /// All values of a drawn point on the encoded scale, rounded to the allowed ones.
  std::vector<double> encoded(const MixedPoint& point) const;

  Encoding encoding;
  SplitDimensions split;
  std::vector<std::size_t> counts;  ///< of each categorical dimension
  bool has_cells = false;           ///< whether the drawn numbers cannot be told from the configuration
  bool has_conditions = false;
};

struct MixedOptions {
  double sigma = 0.2;
  std::size_t population = 0;  ///< 0: 4 + ⌊3 ln d⌋ for d numbers and categories
};

/// The distribution of CatCMA with margin: normal over all numbers of a space, by CMA-ES, beside independent
/// categories. Numbers that an unbounded normal distribution would put outside are drawn again, then put on the border.
///
/// Hamano et al.: CatCMA with margin: stochastic optimization for continuous, integer, and categorical variables.
/// GECCO 2025.
class MixedDistribution {
 public:
  /// `mean` holds the numbers in [0, 1]. The shape must outlive the distribution.
  MixedDistribution(const MixedShape& shape, const std::vector<double>& mean, const MixedOptions& options);

  std::size_t population() const { return population_; }
  std::size_t generation() const { return generation_; }

  /// A draw. `widening`, at least 1, multiplies the standard deviations and evens out the categories.
  MixedPoint sample(Random& random, double widening = 1.0) const;
  /// What an encoded point that was drawn elsewhere looks like; the numbers that are not active are those of the mean.
  MixedPoint point_of(const EncodedPoint& encoded) const;

  /// Learns from `population()` points, the best first.
  void update(const std::vector<MixedPoint>& best_first);
  void set_numbers(const std::vector<double>& mean);

  /// Whether all continuous numbers vary by less than this, or rounding has begun to decide what is drawn.
  bool has_converged(double deviation) const;

 private:
  const MixedShape* shape_;
  std::size_t population_;
  std::size_t generation_ = 0;
  std::optional<CmaEs> numbers_;
  std::optional<CategoricalDistribution> categories_;
};

}  // namespace nascent
