#pragma once

#include "nascent/core/deadline.h"

namespace nascent {

/// The seconds of one fit: what is used, and what must be left for the last validation.
class TimeBudget {
 public:
  TimeBudget(Deadline deadline, double validation_rows)
      : available_(deadline.remaining()), validation_rows_(validation_rows) {}

  double elapsed() const { return watch_.seconds(); }
  /// A forward pass takes a third of a training step; until a validation was measured, half is kept back.
  void training_took(double seconds_per_row) {
    if (!measured_) reserve_ = 0.5 * seconds_per_row * validation_rows_;
  }
  void validation_took(double seconds) {
    measured_ = true;
    reserve_ = 1.15 * seconds;
  }
  /// What training may use in all, with a little left for what cannot be measured.
  double for_training() const { return available_ - reserve_ - 0.02; }

 private:
  Stopwatch watch_;
  double available_;
  double validation_rows_;
  double reserve_ = 0.0;
  bool measured_ = false;
};

}  // namespace nascent
