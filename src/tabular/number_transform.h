#pragma once

#include <cstdint>
#include <span>

#include "nascent/core/json.h"
#include "nascent/data/matrix.h"
#include "nascent/learner/family.h"

namespace nascent {

/// What one numeric feature becomes: no column (nothing in it varied in training), itself, and where training had
/// missing cells a 0/1 column that says so. Infinite cells count as missing.
class NumberTransform {
 public:
  static NumberTransform fit(std::span<const float> column, std::span<const std::uint32_t> rows,
                             Preprocessing::Numbers how);

  std::size_t columns() const { return (has_value_ ? 1 : 0) + (has_indicator_ ? 1 : 0); }
  /// Writes the given rows of the feature into `out`, from `first_column` on.
  void apply(std::span<const float> column, std::span<const std::uint32_t> rows, Matrix& out,
             std::size_t first_column) const;

  Json to_json() const;
  static NumberTransform from_json(const Json& json);

 private:
  Preprocessing::Numbers how_ = Preprocessing::Numbers::kKeep;
  bool has_value_ = true;
  bool has_indicator_ = false;
  double fill_ = 0.0;  // the median
  double centre_ = 0.0;
  double scale_ = 1.0;  // what the centred value is multiplied by
};

}  // namespace nascent
