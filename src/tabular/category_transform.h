#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/data/matrix.h"
#include "nascent/data/task.h"
#include "nascent/learner/family.h"

namespace nascent {

/// What one categorical feature becomes: integer codes, 0/1 columns, or statistics of the target.
///
/// The categories with enough rows in training get slots 1, 2, ... in the order of their codes. Slot 0 is for all
/// others: rare, unknown, and, where the encoding is by codes, missing. Elsewhere missing cells have a slot of their
/// own if training had enough of them.
class CategoryTransform {
 public:
  static CategoryTransform fit(std::span<const std::int32_t> column, std::span<const std::uint32_t> rows,
                               std::size_t categories, const Preprocessing& how);

  /// Learns the statistics from the training rows and writes, for these rows, statistics that were learned without them
  /// (five folds), so that a model cannot read the target of a row from its own features. Categories with hundreds of
  /// rows need no such care. Only if `needs_target()`.
  void fit_statistics(std::span<const std::int32_t> column, std::span<const std::uint32_t> rows,
                      std::span<const double> target, const Task& task, std::span<const std::uint8_t> fold, Matrix& out,
                      std::size_t first_column);
  bool needs_target() const { return encoding_ == Encoding::kTarget; }

  std::size_t number_columns(const Task& task) const;
  /// With the slot 0; 0 when the feature is not encoded by codes.
  std::int32_t cardinality() const;
  void apply_numbers(std::span<const std::int32_t> column, std::span<const std::uint32_t> rows, Matrix& out,
                     std::size_t first_column) const;
  /// Writes one code a row, `stride` apart.
  void apply_codes(std::span<const std::int32_t> column, std::span<const std::uint32_t> rows, std::int32_t* out,
                   std::size_t stride) const;

  Json to_json() const;
  static CategoryTransform from_json(const Json& json);

 private:
  enum class Encoding { kCodes, kOneHot, kTarget };
  std::int32_t slot(std::int32_t code) const;

  Encoding encoding_ = Encoding::kCodes;
  std::vector<std::int32_t> slot_of_;  // of each code
  std::int32_t missing_slot_ = 0;
  std::int32_t slots_ = 1;         // the 0 included
  std::vector<float> statistics_;  // slots x statistics for each
};

}  // namespace nascent
