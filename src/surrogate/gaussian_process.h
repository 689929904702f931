#pragma once

#include <Eigen/Core>

#include "surrogate/kernel.h"

namespace nascent {

/// What a Gaussian process says of the noise-free function at several points.
struct Prediction {
  Eigen::VectorXd mean;
  Eigen::VectorXd variance;  ///< never below 0
};

/// The same at one point, with the gradients by the coordinates of that point.
struct PredictionWithGradient {
  double mean;
  double variance;
  Eigen::VectorXd mean_gradient;
  Eigen::VectorXd variance_gradient;
};

/// A Gaussian process with a given kernel on a growing set of points: K = L Lᵀ is factorised once and extended by a row
/// for every further point. Points are columns; their coordinates are not scaled.
class GaussianProcess {
 public:
  /// O(n³). A covariance that is not positive definite gets more noise, a thousandfold at a time from 1e-10.
  GaussianProcess(Kernel kernel, const Eigen::MatrixXd& x);

  /// One more point; O(n²). Its target is not known yet: `set_targets` follows. `noise` is the variance of its noise.
  void append(const Eigen::VectorXd& x, double noise);
  void append(const Eigen::VectorXd& x) { append(x, kernel_.noise_variance()); }
  /// Forgets all points but the first `size`, which must be `factorised()` at least.
  void truncate(Eigen::Index size);
  /// The value at every point; O(n²).
  void set_targets(const Eigen::VectorXd& y);

  Eigen::Index size() const { return size_; }
  /// The points it was made with; those after them were appended.
  Eigen::Index factorised() const { return factorised_; }
  const Kernel& kernel() const { return kernel_; }
  /// The points, scaled by √λ, as columns.
  auto scaled_points() const { return z_.leftCols(size_); }
  /// L.
  auto factor() const { return l_.topLeftCorner(size_, size_); }
  /// L⁻¹ y.
  const Eigen::VectorXd& whitened_targets() const { return whitened_; }

  /// O(n²) a point, by matrix products.
  Prediction predict(const Eigen::MatrixXd& x) const;
  PredictionWithGradient predict_with_gradient(const Eigen::VectorXd& x) const;
  /// Means alone; O(n) a point.
  Eigen::VectorXd predict_mean(const Eigen::MatrixXd& x) const;

 private:
  void reserve(Eigen::Index capacity);
  Eigen::VectorXd covariances(const Eigen::VectorXd& z) const;

  Kernel kernel_;
  Eigen::Index size_ = 0;
  Eigen::Index factorised_ = 0;
  double jitter_ = 0.0;
  Eigen::MatrixXd z_;  ///< with room for more
  Eigen::MatrixXd l_;
  Eigen::VectorXd whitened_;
  Eigen::VectorXd alpha_;  ///< K⁻¹ y
};

}  // namespace nascent
