#pragma once

#include <Eigen/Core>
#include <functional>

namespace nascent {

struct LbfgsOptions {
  int evaluations = 100;      ///< of the function, at most
  int memory = 8;             ///< pairs of steps and changes of the gradient that are kept
  double tolerance = 1e-4;    ///< ends where no entry of the projected gradient is larger
  double improvement = 0.0;   ///< ends where an iteration gains less than this
  double longest_step = 2.0;  ///< in any variable, in one iteration
};

struct LbfgsResult {
  Eigen::VectorXd x;
  double value;
  int evaluations;
};

/// Minimises a smooth function of a few dozen variables within bounds: the limited-memory BFGS method (Nocedal 1980)
/// on the variables that are not held at a bound by their gradient, with steps that are projected back into the box
/// and halved until they gain enough (Bertsekas 1982).
///
/// `function` returns the value and writes the gradient; a value that is not finite counts as worse than any other.
/// Never returns a point worse than `start`, which must lie within the bounds.
LbfgsResult minimise_lbfgs(const std::function<double(const Eigen::VectorXd& x, Eigen::VectorXd& gradient)>& function,
                           const Eigen::VectorXd& start, const Eigen::VectorXd& low, const Eigen::VectorXd& high,
                           const LbfgsOptions& options = {});

}  // namespace nascent
