#include "surrogate/gaussian_process.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"

namespace nascent {

using Eigen::Index;
using Eigen::Lower;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kFirstJitter = 1e-10;
constexpr double kMostJitter = 1.0;

MatrixXd covariance(const Kernel& kernel, const MatrixXd& a, const MatrixXd& b) {
  return (kernel.signal_variance() * matern(squared_distances(a, b).array()) + Kernel::kMeanVariance).matrix();
}

}  // namespace

GaussianProcess::GaussianProcess(Kernel kernel, const MatrixXd& x)
    : kernel_(std::move(kernel)), size_(x.cols()), factorised_(x.cols()) {
  z_ = kernel_.coordinate_scales().asDiagonal() * x;
  MatrixXd k = covariance(kernel_, z_, z_);
  k.diagonal().array() += kernel_.noise_variance();
  for (double jitter = 0.0;; jitter = std::max(kFirstJitter, 1000.0 * jitter)) {
    if (jitter > kMostJitter) throw InternalError("the covariance of a Gaussian process is not finite");
    k.diagonal().array() += jitter - jitter_;
    jitter_ = jitter;
    const Eigen::LLT<MatrixXd> factor(k);
    if (factor.info() != Eigen::Success) continue;
    l_ = factor.matrixL();
    break;
  }
}

void GaussianProcess::reserve(Index capacity) {
  if (l_.rows() >= capacity) return;
  const Index larger = std::max(capacity, size_ + size_ / 2 + 8);
  l_.conservativeResize(larger, larger);
  z_.conservativeResize(z_.rows(), larger);
}

VectorXd GaussianProcess::covariances(const VectorXd& z) const { return covariance(kernel_, scaled_points(), z); }

void GaussianProcess::append(const VectorXd& x, double noise) {
  reserve(size_ + 1);
  const VectorXd z = kernel_.coordinate_scales().cwiseProduct(x);
  const VectorXd row = factor().triangularView<Lower>().solve(covariances(z));
  const double own = kernel_.prior_variance() + noise + jitter_ - row.squaredNorm();
  z_.col(size_) = z;
  l_.row(size_).head(size_) = row.transpose();
  l_.col(size_).head(size_).setZero();
  // A point that the others determine to the last digit keeps a little variance of its own.
  l_(size_, size_) = std::sqrt(std::max(own, kFirstJitter));
  ++size_;
}

void GaussianProcess::truncate(Index size) { size_ = std::min(size_, size); }

void GaussianProcess::set_targets(const VectorXd& y) {
  whitened_ = factor().triangularView<Lower>().solve(y);
  alpha_ = factor().transpose().triangularView<Eigen::Upper>().solve(whitened_);
}

Prediction GaussianProcess::predict(const MatrixXd& x) const {
  const MatrixXd z = kernel_.coordinate_scales().asDiagonal() * x;
  MatrixXd k = covariance(kernel_, scaled_points(), z);
  Prediction prediction{k.transpose() * alpha_, {}};
  factor().triangularView<Lower>().solveInPlace(k);
  prediction.variance = (kernel_.prior_variance() - k.colwise().squaredNorm().array()).max(0.0).transpose();
  return prediction;
}

VectorXd GaussianProcess::predict_mean(const MatrixXd& x) const {
  const MatrixXd z = kernel_.coordinate_scales().asDiagonal() * x;
  return covariance(kernel_, scaled_points(), z).transpose() * alpha_;
}

PredictionWithGradient GaussianProcess::predict_with_gradient(const VectorXd& x) const {
  const VectorXd& scales = kernel_.coordinate_scales();
  const VectorXd z = scales.cwiseProduct(x);
  const VectorXd r2 = squared_distances(scaled_points(), z);
  const VectorXd k = (kernel_.signal_variance() * matern(r2.array()) + Kernel::kMeanVariance).matrix();
  const VectorXd slope = (2.0 * kernel_.signal_variance() * matern_slope(r2.array())).matrix();
  const VectorXd v = factor().triangularView<Lower>().solve(k);
  const VectorXd beta = factor().transpose().triangularView<Eigen::Upper>().solve(v);  // K⁻¹ k

  // dk_i/dz = 2 s² M'(r²) (z - z_i)
  const auto gradient = [&](const VectorXd& weights) -> VectorXd {
    const VectorXd products = weights.cwiseProduct(slope);
    return scales.cwiseProduct(z * products.sum() - scaled_points() * products);
  };
  return {k.dot(alpha_), std::max(0.0, kernel_.prior_variance() - v.squaredNorm()), gradient(alpha_),
          -2.0 * gradient(beta)};
}

}  // namespace nascent
