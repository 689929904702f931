#pragma once

#include <span>

#include "nascent/core/json.h"
#include "nascent/data/matrix.h"

namespace nascent {

/// A numeric target as a network likes it: zero mean and unit variance in training. A constant target becomes zero.
///
/// Predictions are clamped to the range seen in training and a little more: far from the training rows a network
/// extrapolates without bounds, and squared errors do not forgive that.
class TabularTarget {
 public:
  TabularTarget() = default;
  explicit TabularTarget(std::span<const double> target);

  float scaled(double value) const { return static_cast<float>((value - centre_) / scale_); }
  /// Brings predictions back to the scale of the target. NaN stays NaN.
  void restore(Matrix& predictions) const;

  Json to_json() const { return {{"centre", centre_}, {"scale", scale_}, {"lowest", lowest_}, {"highest", highest_}}; }
  static TabularTarget from_json(const Json& json);

 private:
  double centre_ = 0.0;
  double scale_ = 1.0;
  double lowest_ = 0.0;
  double highest_ = 0.0;
};

}  // namespace nascent
