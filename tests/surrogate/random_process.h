#pragma once

#include <Eigen/Core>

#include "nascent/core/random.h"
#include "surrogate/kernel.h"

/// Layouts, hyperparameters and points drawn at random, for the tests of Gaussian processes.
namespace nascent::testing {

/// Three numbers, of which two share a length-scale, and a category of three values with weights.
inline KernelLayout mixed_layout() {
  KernelLayout layout;
  layout.coordinates = {{0}, {1}, {1}, {2, 0}, {2, 1}, {2, 2}};
  layout.scales = 3;
  layout.weights = 3;
  return layout;
}

inline Eigen::VectorXd random_theta(const KernelLayout& layout, Random& random) {
  Eigen::VectorXd theta(Kernel::parameters(layout));
  for (Eigen::Index i = 0; i < theta.size(); ++i) theta[i] = 0.4 * random.normal();
  theta[theta.size() - 1] = -4.0;  // noise
  return theta;
}

inline Eigen::MatrixXd random_points(Eigen::Index count, Random& random) {
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(6, count);
  for (Eigen::Index i = 0; i < count; ++i) {
    for (Eigen::Index c = 0; c < 3; ++c) x(c, i) = random.uniform(-0.5, 0.5);
    x(3 + static_cast<Eigen::Index>(random.below(3)), i) = 0.7;
  }
  return x;
}

inline Eigen::VectorXd random_targets(Eigen::Index count, Random& random) {
  Eigen::VectorXd y(count);
  for (Eigen::Index i = 0; i < count; ++i) y[i] = random.normal();
  return y;
}

}  // namespace nascent::testing
