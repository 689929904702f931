#include "strategy/forest_targets.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nascent {
namespace {

/// The share of the trials whose distance from the best is the smallest that the logarithm resolves.
constexpr double kResolvedShare = 0.05;
/// The weight of the sum beside the largest term (Knowles' ρ).
constexpr double kAugmentation = 0.05;

}  // namespace

ForestTargets::ForestTargets(std::span<const Outcome> outcomes, Random& random) {
  const Outcome* best = nullptr;
  for (const Outcome& outcome : outcomes)
    if (outcome.has_result() && (best == nullptr || ranks_before(outcome, *best))) best = &outcome;
  if (best == nullptr) return;
  reference_ = *best;
  const std::size_t objectives = reference_.losses.size();
  lows_.assign(objectives, std::numeric_limits<double>::infinity());
  ranges_.assign(objectives, -std::numeric_limits<double>::infinity());
  for (const Outcome& outcome : outcomes) {
    if (!comparable(outcome)) continue;
    for (std::size_t i = 0; i < objectives; ++i) {
      lows_[i] = std::min(lows_[i], outcome.losses[i]);
      ranges_[i] = std::max(ranges_[i], outcome.losses[i]);
    }
  }
  for (std::size_t i = 0; i < objectives; ++i) ranges_[i] -= lows_[i];
  if (objectives > 1) {
    // Uniform on the simplex.
    double sum = 0.0;
    for (std::size_t i = 0; i < objectives; ++i) weights_.push_back(-std::log(1.0 - random.uniform()));
    for (const double weight : weights_) sum += weight;
    for (double& weight : weights_) weight /= sum;
  }
  std::vector<double> values;
  for (const Outcome& outcome : outcomes)
    if (comparable(outcome)) values.push_back(joined(outcome));
  compared_ = values.size();
  std::sort(values.begin(), values.end());
  lowest_ = values.front();
  highest_ = values.back();
  const double resolved = kResolvedShare * static_cast<double>(values.size() - 1);
  offset_ = values[static_cast<std::size_t>(std::ceil(resolved))] - lowest_;
  // Many trials may be equally good.
  offset_ = std::max(offset_, 1e-3 * (highest_ - lowest_));
  if (!(offset_ > 0.0)) offset_ = 1.0;
}

bool ForestTargets::comparable(const Outcome& outcome) const {
  return outcome.has_result() && outcome.kind == reference_.kind && outcome.steps == reference_.steps &&
         outcome.fidelity == reference_.fidelity && (outcome.feasible() || !reference_.feasible());
}

double ForestTargets::joined(const Outcome& outcome) const {
  if (!reference_.feasible()) return std::min(outcome.violation, 1e300);
  if (weights_.empty()) return outcome.losses.front();
  double largest = 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const double share = ranges_[i] > 0.0 ? weights_[i] * (outcome.losses[i] - lows_[i]) / ranges_[i] : 0.0;
    largest = std::max(largest, share);
    sum += share;
  }
  return largest + kAugmentation * sum;
}

double ForestTargets::transformed(double value) const {
  return std::log(std::max(value - lowest_, -0.5 * offset_) / offset_ + 1.0);
}

double ForestTargets::operator()(const Outcome& outcome) const {
  return transformed(comparable(outcome) ? std::min(joined(outcome), highest_) : highest_);
}

}  // namespace nascent
