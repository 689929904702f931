#pragma once

#include <cstdint>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/data/matrix.h"

namespace nascent {

/// Where a number stands among the different values that its column had in training: -1 for the lowest, 1 for the
/// highest, linear between neighbours.
///
/// A column that is mostly one value with a long tail, such as a gain that few have, is squeezed by every scale that
/// keeps distances; by rank its values stand apart. Ranks of values, not of rows: the frequent value takes no more room
/// than another.
class ValueRanks {
 public:
  ValueRanks() = default;
  /// Learns the ranks of all columns that hold more than two different numbers; others have nothing to tell apart.
  explicit ValueRanks(const Matrix& numbers);

  /// The columns that were learned.
  const std::vector<std::int64_t>& columns() const { return columns_; }
  /// The numbers with one more column for each of `columns()`, in order: the ranks.
  Matrix appended_to(const Matrix& numbers) const;

  Json to_json() const { return {{"columns", columns_}, {"values", values_}}; }
  static ValueRanks from_json(const Json& json);

 private:
  std::vector<std::int64_t> columns_;
  std::vector<std::vector<float>> values_;  ///< of each column: ascending, evenly spread over its different values
};

}  // namespace nascent
