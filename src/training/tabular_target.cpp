#include "training/tabular_target.h"

#include <algorithm>
#include <cmath>

namespace nascent {
namespace {

/// Of the range of the target, on either side.
constexpr double kMargin = 0.02;

}  // namespace

TabularTarget::TabularTarget(std::span<const double> target) {
  if (target.empty()) return;
  const auto count = static_cast<double>(target.size());
  double sum = 0.0;
  for (const double value : target) sum += value;
  centre_ = sum / count;
  double squares = 0.0;
  for (const double value : target) squares += (value - centre_) * (value - centre_);
  const double deviation = std::sqrt(squares / count);
  // A constant target may show a deviation of rounding errors; dividing by it would make noise of it.
  if (deviation > 1e-12 * std::abs(centre_) && deviation > 0.0) scale_ = deviation;
  const auto [low, high] = std::minmax_element(target.begin(), target.end());
  const double margin = kMargin * (*high - *low);
  lowest_ = *low - margin;
  highest_ = *high + margin;
}

void TabularTarget::restore(Matrix& predictions) const {
  for (float& value : predictions.values) {
    value = static_cast<float>(std::clamp(centre_ + scale_ * value, lowest_, highest_));
  }
}

TabularTarget TabularTarget::from_json(const Json& json) {
  TabularTarget target;
  json.at("centre").get_to(target.centre_);
  json.at("scale").get_to(target.scale_);
  json.at("lowest").get_to(target.lowest_);
  json.at("highest").get_to(target.highest_);
  return target;
}

}  // namespace nascent
