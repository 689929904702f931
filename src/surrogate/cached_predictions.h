#pragma once

#include <Eigen/Core>

#include "surrogate/gaussian_process.h"

namespace nascent {

/// The predictions of a Gaussian process at a fixed set of N candidates, kept up to date as it grows: with V = K* L⁻ᵀ
/// (a column for each observation) the means are V L⁻¹y and the variances k(x, x) - Σ V². A further observation costs
/// O(N n), a set of new targets too; only new hyperparameters cost O(N n²).
///
/// In single precision: V takes N n numbers, and reading them is what takes the time. The variances are so exact to
/// about 1e-6 of the prior variance.
class CachedPredictions {
 public:
  /// Forgets everything that depended on the kernel.
  void reset() { columns_ = 0; }
  /// Brings the cache to all observations of the process. The candidates, as columns, are always the same. Observations
  /// after the first `settled` are forgotten again by the next call. Results depend on process and `settled` alone, not
  /// on earlier calls.
  void update(const GaussianProcess& process, Eigen::Index settled, const Eigen::MatrixXf& candidates);
  /// Needs `update`.
  Prediction predict(const GaussianProcess& process) const;

 private:
  void rebuild(const GaussianProcess& process);
  void add_column(const GaussianProcess& process);

  Eigen::MatrixXf z_;  ///< the candidates, scaled, as columns
  Eigen::MatrixXf v_;  ///< N rows, with room for more columns
  Eigen::VectorXf squares_;
  Eigen::VectorXf settled_squares_;
  Eigen::Index columns_ = 0;
  Eigen::Index settled_ = 0;
};

}  // namespace nascent
