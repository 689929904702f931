#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "nascent/core/random.h"

namespace nascent {

/// One coordinate of a Parzen estimator.
struct ParzenDimension {
  enum class Kind {
    kContinuous,   ///< any number in [low, high]
    kDiscrete,     ///< low, low + step, ..., high; with `log`, the logarithms of whole numbers
    kCategorical,  ///< 0, ..., high, without an order
  };
  Kind kind = Kind::kContinuous;
  double low = 0.0;
  double high = 1.0;
  double step = 1.0;
  bool log = false;
};

/// A density estimated from whole observations: the mixture
///
///     p(x) = Σ_k w_k Π_d κ_d(x_d | k)
///
/// with one kernel for each observation and one for the prior. On numbers κ is a normal distribution truncated to the
/// range; its width is the larger distance to the neighbouring kernels in that coordinate, kept within
/// [max(0.03, (K + 1)^-2), 1] of the range for K kernels. A discrete value has the mass of the cell around it. On
/// categories the observed one gets 1 and every one gets 1 / K. The prior kernel is as wide as the range, or uniform.
///
/// Observations come oldest first. Of more than 25, the older ones weigh less, down to 1 / n.
///
/// Bergstra et al., Algorithms for hyper-parameter optimization, NeurIPS 2011; widths by neighbours and weights by age
/// as in hyperopt, their lower bound as recommended by Watanabe, Tree-structured Parzen estimator, arXiv 2304.11127.
class ParzenEstimator {
 public:
  /// Every observation has one value a dimension, within its range.
  ParzenEstimator(std::vector<ParzenDimension> dimensions, std::span<const std::vector<double>> observations);

  /// Draws one kernel and then every coordinate from it. Discrete values lie on their grid.
  std::vector<double> sample(Random& random) const;

  /// log p of each point; of a density for continuous coordinates and of a probability for the others.
  std::vector<double> log_densities(std::span<const std::vector<double>> points) const;

  std::size_t kernels() const { return weights_.size(); }

 private:
  /// The kernels of one coordinate; the last is the prior.
  struct Coordinate {
    ParzenDimension dimension;
    double low = 0.0;  ///< bounds of the truncation: for discrete values half a step wider than the values
    double high = 0.0;
    std::vector<double> means;  ///< the observed values
    std::vector<double> widths;
    std::vector<double> log_norms;  ///< log of what exp(-z²/2), or the mass of a cell, is to be divided by
    bool constant() const { return high <= low; }
  };

  static Coordinate make_coordinate(const ParzenDimension& dimension, std::size_t index,
                                    std::span<const std::vector<double>> observations);
  static void set_widths(Coordinate& coordinate);
  double sample_coordinate(const Coordinate& coordinate, std::size_t kernel, Random& random) const;
  /// Adds log κ(value | k) to the terms of all kernels.
  void add_log_kernels(const Coordinate& coordinate, double value, std::span<double> terms) const;

  std::vector<Coordinate> coordinates_;
  std::vector<double> weights_;
  std::vector<double> log_weights_;
};

}  // namespace nascent
