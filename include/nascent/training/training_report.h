#pragma once

#include <cstdint>

namespace nascent {

/// How far a training is, told after every epoch and at the end.
struct TrainingReport {
  std::int64_t step = 0;  ///< 1, 2, ...
  double samples = 0.0;   ///< training examples seen so far, repetitions counted
  double epochs = 0.0;
  double training_loss = 0.0;  ///< mean since the last report
  double validation = 0.0;     ///< of the weights as they would be kept; NaN without any
  double seconds = 0.0;        ///< since the training began
};

}  // namespace nascent
