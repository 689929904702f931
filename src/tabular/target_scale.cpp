#include "tabular/target_scale.h"

#include <cmath>

namespace nascent {

TargetScale::TargetScale(std::span<const double> target) {
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
}

std::vector<float> TargetScale::scaled(std::span<const double> target) const {
  std::vector<float> out(target.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>((target[i] - centre_) / scale_);
  return out;
}

void TargetScale::restore(Matrix& predictions) const {
  for (float& value : predictions.values) value = static_cast<float>(centre_ + scale_ * value);
}

TargetScale TargetScale::from_json(const Json& json) {
  TargetScale scale;
  scale.centre_ = json.at("centre");
  scale.scale_ = json.at("scale");
  return scale;
}

}  // namespace nascent
