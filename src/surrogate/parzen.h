#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nascent/core/random.h"
#include "surrogate/parzen_coordinate.h"

namespace nascent {

enum class ParzenWeights {
  kByAge,  ///< of more than 25 observations, the older ones weigh less, down to 1 / n
  kEqual,
};

/// A density estimated from whole observations: the mixture
///
///     p(x) = Σ_k w_k Π_d κ_d(x_d | k)
///
/// with one kernel for each observation and one for the prior. On numbers κ is a normal distribution truncated to the
/// range; its width is the larger distance to the neighbouring kernels in that coordinate, kept within
/// [max(0.03, (K + 1)^-2), 1] of the range for K kernels. A discrete value has the mass of the cell around it, and no
/// kernel is narrower than half of its cell, so that the values beside it keep a sixth of the mass each. On
/// categories the observed one gets 1 and every one gets 1 / K. The prior kernel is as wide as the range, or uniform.
///
/// Observations come and go one at a time, for O(d log n) and moving some memory; the result depends on which there are
/// and not on how it came to that. Densities of m points cost O(m n d) in vectorised single precision.
///
/// Bergstra et al., Algorithms for hyper-parameter optimization, NeurIPS 2011; widths by neighbours and weights by age
/// as in hyperopt, their lower bound as recommended by Watanabe, Tree-structured Parzen estimator, arXiv 2304.11127.
class ParzenEstimator {
 public:
  explicit ParzenEstimator(const std::vector<ParzenDimension>& dimensions,
                           ParzenWeights weights = ParzenWeights::kByAge);

  /// Adds an observation, one value a dimension. `id` tells it from the others and says how old it is: the least is the
  /// oldest.
  void insert(std::uint32_t id, std::span<const double> values);
  /// Removes the observation of this id, which must be there.
  void erase(std::uint32_t id);
  std::size_t observations() const { return ids_.size(); }

  /// Points that follow each other in one array: each draws one kernel and then every coordinate from it. Discrete
  /// values lie on their grid.
  std::vector<double> sample(std::size_t points, Random& random) const;

  /// log p of each of the points, which follow each other in one array; of a density for continuous coordinates and of
  /// a probability for the others. To 1e-4, or one part in a million where it is large.
  std::vector<double> log_densities(std::span<const double> points) const;

 private:
  std::vector<ParzenCoordinate> coordinates_;
  ParzenWeights weights_;
  std::vector<std::uint32_t> ids_;  ///< from old to new
};

}  // namespace nascent
