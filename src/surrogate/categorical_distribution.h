#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "nascent/core/random.h"

namespace nascent {

/// Independent categories with probabilities that follow the natural gradient of expected rank: the adaptive stochastic
/// natural gradient (ASNG), whose step length grows while the gradients of successive generations agree and shrinks
/// where they are noise. No probability falls below a margin, so that nothing is ever given up.
///
/// Akimoto et al.: Adaptive stochastic natural gradient method for one-shot neural architecture search. ICML 2019.
/// Hamano et al.: CatCMA: stochastic optimization for mixed-category problems. GECCO 2024 (the margin and weights).
class CategoricalDistribution {
 public:
  /// What a category has where it does not exist in a point; such a point says nothing about it.
  static constexpr int kInactive = -1;

  /// The number of categories of each variable, at least 2. `margin` is the least probability that a variable leaves
  /// its most probable category, over all others together.
  CategoricalDistribution(std::vector<std::size_t> categories, double margin);

  std::size_t variables() const { return probabilities_.size(); }
  const std::vector<double>& probabilities(std::size_t variable) const { return probabilities_[variable]; }

  /// A draw of every variable. A part `evenly` of the probability, from 0 to 1, is spread over all categories alike.
  std::vector<int> sample(Random& random, double evenly = 0.0) const;

  /// Learns from a generation: points of `variables()` categories, the best first.
  void update(std::span<const std::vector<int>> best_first);

 private:
  void keep_margin(std::vector<double>& q) const;

  std::vector<std::vector<double>> probabilities_;
  double margin_;
  std::size_t free_ = 0;   ///< parameters that can vary: Σ (K - 1)
  double Delta_ = 1.0;     ///< the inverse of the step length
  double gamma_ = 0.0;     ///< how much of s has been filled
  std::vector<double> s_;  ///< the moving sum of the gradients' directions
};

}  // namespace nascent
