#pragma once

#include <Eigen/Core>

#include "surrogate/kernel.h"

namespace nascent {

/// What is believed of the hyperparameters before any data: independent normal distributions of their logarithms.
///
/// The length-scales grow with the root of the number of dimensions, so that the function is believed to be equally
/// complex in every dimension (Hvarfner, Hellsten, Nardi, Vanilla Bayesian optimization performs great in high
/// dimensions, ICML 2024).
struct KernelPrior {
  Eigen::VectorXd mean;
  Eigen::VectorXd deviation;
  Eigen::VectorXd low;  ///< bounds
  Eigen::VectorXd high;

  explicit KernelPrior(const KernelLayout& layout);
};

/// log p(y | X, θ) + log p(θ), up to a constant, and its gradient by θ. The columns of X are the points, y should be
/// standardised. Minus infinity where the covariance is numerically not positive definite. O(n³).
double log_posterior(const KernelLayout& layout, const KernelPrior& prior, const Eigen::MatrixXd& x,
                     const Eigen::VectorXd& y, const Eigen::VectorXd& theta, Eigen::VectorXd& gradient);

/// The hyperparameters that maximise `log_posterior`, searched from `start` with so many evaluations at most.
Eigen::VectorXd fit_kernel(const KernelLayout& layout, const KernelPrior& prior, const Eigen::MatrixXd& x,
                           const Eigen::VectorXd& y, const Eigen::VectorXd& start, int evaluations);

}  // namespace nascent
