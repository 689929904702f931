#pragma once

#include "nascent/core/deadline.h"

namespace nascent {

/// Adds the time until the end of the scope to a sum.
class Timed {
 public:
  explicit Timed(double& sum) : sum_(sum) {}
  ~Timed() { sum_ += stopwatch_.seconds(); }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  double& sum_;
  Stopwatch stopwatch_;
};

}  // namespace nascent
