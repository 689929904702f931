#include "strategy/loss_warp.h"

#include <algorithm>
#include <cmath>

namespace nascent {
namespace {

/// Φ⁻¹(p) by bisection on erfc; p in (0, 1).
double normal_quantile(double p) {
  double low = -10.0;
  double high = 10.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

Eigen::VectorXd warped_losses(const std::vector<std::optional<double>>& losses) {
  std::vector<double> sorted;
  for (const std::optional<double>& loss : losses)
    if (loss) sorted.push_back(*loss);
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<Eigen::Index>(losses.size());
  Eigen::VectorXd warped = Eigen::VectorXd::Zero(n);
  if (sorted.empty()) return warped;

  const double median = sorted[(sorted.size() - 1) / 2];
  double squares = 0.0;
  int better = 0;
  for (const double loss : sorted) {
    if (loss >= median) break;
    squares += (loss - median) * (loss - median);
    ++better;
  }
  // The better half as the lower half of a normal distribution around the median.
  const double width = better > 0 ? std::sqrt(squares / better) : 1.0;
  const auto warp = [&](double loss) {
    if (loss <= median) return (loss - median) / width;
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), loss);
    const double rank = 0.5 * static_cast<double>((low - sorted.begin()) + (high - sorted.begin()));
    return normal_quantile(rank / static_cast<double>(sorted.size()));
  };
  const double worst = sorted.back() > median ? warp(sorted.back()) : 1.0;
  for (Eigen::Index i = 0; i < n; ++i) {
    const std::optional<double>& loss = losses[static_cast<std::size_t>(i)];
    warped[i] = loss ? warp(*loss) : worst;
  }
  const double mean = warped.mean();
  const double deviation = std::sqrt((warped.array() - mean).square().mean());
  return deviation > 0.0 ? ((warped.array() - mean) / deviation).matrix() : Eigen::VectorXd(warped.array() - mean);
}

}  // namespace nascent
