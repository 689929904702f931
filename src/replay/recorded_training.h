#pragma once

#include <cstddef>
#include <string>

#include "nascent/replay/recorded_table.h"

namespace nascent {

/// One trial's way along a recorded curve, from where another left it up to a fidelity: what it reports when, and how
/// it ends. Times count from its start.
class RecordedTraining {
 public:
  /// `point` may be null: the table lacks it. `from` and `to` are fidelities; from 0 is from the start.
  RecordedTraining(const RecordedTable& table, const RecordedPoint* point, double from, double to);

  /// The report that comes next; null when only the end is left.
  const RecordedStep* next() const { return next_ < last_ ? &point_->steps[next_] : nullptr; }
  /// When the next report comes, or the end.
  double next_seconds() const { return next() ? next()->seconds - paid_before_ : end_seconds_; }
  void advance() { ++next_; }

  /// Why it has no result at its end; empty when it has.
  const std::string& failure() const { return failure_; }
  /// The step whose value is the result; null when it fails.
  const RecordedStep* result() const { return failure_.empty() ? &point_->steps[last_ - 1] : nullptr; }

 private:
  const RecordedPoint* point_;
  std::size_t next_ = 0;  ///< index of a step
  std::size_t last_ = 0;  ///< of the steps up to its end
  double paid_before_ = 0.0;
  double end_seconds_ = 0.0;
  std::string failure_;
};

}  // namespace nascent
