#pragma once

#include <span>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/data/matrix.h"

namespace nascent {

/// A numeric target as a learner likes it: zero mean and unit variance in training. A constant target becomes zero.
class TargetScale {
 public:
  TargetScale() = default;
  explicit TargetScale(std::span<const double> target);

  std::vector<float> scaled(std::span<const double> target) const;
  /// Brings predictions back to the scale of the target.
  void restore(Matrix& predictions) const;
  double centre() const { return centre_; }
  double scale() const { return scale_; }

  Json to_json() const { return {{"centre", centre_}, {"scale", scale_}}; }
  static TargetScale from_json(const Json& json);

 private:
  double centre_ = 0.0;
  double scale_ = 1.0;
};

}  // namespace nascent
