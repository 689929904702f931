#include "surrogate/categorical_distribution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nascent {
namespace {

/// The signal-to-noise ratio of the gradient that ASNG holds (α in the paper).
constexpr double kSignalToNoise = 1.5;

/// Positive logarithmic weights of the better half of `count` points, as those of CMA-ES. They sum to 1.
std::vector<double> recombination_weights(std::size_t count) {
  std::vector<double> weights(std::max<std::size_t>(1, count / 2));
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = std::log((static_cast<double>(count) + 1.0) / 2.0) - std::log(static_cast<double>(i) + 1.0);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight = sum > 0.0 ? weight / sum : 1.0;
  return weights;
}

/// F^{1/2} g for one variable, F the Fisher information in the first K - 1 probabilities (appendix B of ASNG).
void append_in_fisher_metric(const std::vector<double>& q, const std::vector<double>& gradient,
                             std::vector<double>& out) {
  const double last = q.back();
  const double sum = std::accumulate(gradient.begin(), gradient.end() - 1, 0.0);
  for (std::size_t k = 0; k + 1 < q.size(); ++k)
    out.push_back(gradient[k] / std::sqrt(q[k]) + std::sqrt(q[k]) * sum / (last + std::sqrt(last)));
}

}  // namespace

CategoricalDistribution::CategoricalDistribution(std::vector<std::size_t> categories, double margin) : margin_(margin) {
  for (const std::size_t count : categories) {
    probabilities_.emplace_back(count, 1.0 / static_cast<double>(count));
    free_ += count - 1;
  }
  s_.assign(free_, 0.0);
}

std::vector<int> CategoricalDistribution::sample(Random& random, double evenly) const {
  std::vector<int> drawn;
  drawn.reserve(probabilities_.size());
  for (const std::vector<double>& q : probabilities_) {
    double rest = random.uniform();
    int k = 0;
    for (; k + 1 < static_cast<int>(q.size()); ++k) {
      rest -= (1.0 - evenly) * q[static_cast<std::size_t>(k)] + evenly / static_cast<double>(q.size());
      if (rest < 0.0) break;
    }
    drawn.push_back(k);
  }
  return drawn;
}

void CategoricalDistribution::update(std::span<const std::vector<int>> best_first) {
  if (best_first.empty() || free_ == 0) return;
  const std::vector<double> weights = recombination_weights(best_first.size());
  std::vector<std::vector<double>> gradient;
  std::vector<double> direction;  // F^{1/2} times the gradient
  for (std::size_t v = 0; v < variables(); ++v) {
    const std::vector<double>& q = probabilities_[v];
    std::vector<double>& g = gradient.emplace_back(q.size(), 0.0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (best_first[i][v] == kInactive) continue;
      for (std::size_t k = 0; k < q.size(); ++k) g[k] -= weights[i] * q[k];
      g[static_cast<std::size_t>(best_first[i][v])] += weights[i];
    }
    append_in_fisher_metric(q, g, direction);
  }
  const double norm = std::sqrt(std::inner_product(direction.begin(), direction.end(), direction.begin(), 0.0));
  if (!(norm > 1e-12)) return;  // the generation says nothing

  const double delta = 1.0 / Delta_;
  for (std::size_t v = 0; v < variables(); ++v) {
    for (std::size_t k = 0; k < gradient[v].size(); ++k) probabilities_[v][k] += delta / norm * gradient[v][k];
    keep_margin(probabilities_[v]);
  }

  const double beta = delta / std::sqrt(static_cast<double>(free_));
  double squared = 0.0;
  for (std::size_t i = 0; i < s_.size(); ++i) {
    s_[i] = (1.0 - beta) * s_[i] + std::sqrt(beta * (2.0 - beta)) * direction[i] / norm;
    squared += s_[i] * s_[i];
  }
  gamma_ = (1.0 - beta) * (1.0 - beta) * gamma_ + beta * (2.0 - beta);
  // A step longer than 1 in the Fisher metric would leave the range in which the gradient means anything.
  Delta_ = std::max(1.0, Delta_ * std::exp(beta * (gamma_ - squared / kSignalToNoise)));
}

void CategoricalDistribution::keep_margin(std::vector<double>& q) const {
  const auto count = static_cast<double>(q.size());
  const double least = std::min(margin_ / (count - 1.0), 1.0 / count);
  double sum = 0.0;
  for (double& p : q) sum += p = std::max(p, least);
  const double above = sum - least * count;
  if (!(above > 1e-12)) {
    std::fill(q.begin(), q.end(), 1.0 / count);
    return;
  }
  const double excess = sum - 1.0;
  for (double& p : q) p -= excess * (p - least) / above;
}

}  // namespace nascent
