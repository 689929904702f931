#pragma once

#include <cstddef>
#include <vector>

#include "nascent/core/random.h"

namespace nascent {

/// How far differential evolution steps, and how much of a parent a child takes from the step.
struct StepControl {
  double F = 0.5;
  double CR = 0.5;
};

/// Learns F and CR from the children that were better than their parents (SHADE): a ring of means, each of the
/// successes of one generation, weighted by how much they improved. One of them is the centre of each draw.
///
/// Tanabe, Fukunaga: Success-history based parameter adaptation for differential evolution. CEC 2013.
class SuccessHistory {
 public:
  explicit SuccessHistory(std::size_t length = 6) : means_(length) {}

  /// F from a Cauchy distribution of scale 0.1 around the mean, drawn again while it is not positive, at most 1; CR
  /// from a normal distribution of deviation 0.1, cut to [0, 1].
  StepControl draw(Random& random) const;

  /// A child that was better than its parent, by so much.
  void add_success(const StepControl& control, double improvement);
  /// Replaces the oldest mean by that of the successes since the last call, if there were any.
  void end_generation();

 private:
  struct Success {
    StepControl control;
    double improvement;
  };
  std::vector<StepControl> means_;
  std::size_t oldest_ = 0;
  std::vector<Success> successes_;
};

}  // namespace nascent
