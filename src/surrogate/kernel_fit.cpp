#include "surrogate/kernel_fit.h"

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>

#include "surrogate/lbfgs.h"

namespace nascent {

using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

KernelPrior::KernelPrior(const KernelLayout& layout) {
  const Index size = Kernel::parameters(layout);
  mean.setZero(size);
  deviation.setOnes(size);
  low.setConstant(size, -8.0);
  high.setConstant(size, 8.0);
  const double dimensions = std::max(1, layout.scales);
  for (Index i = 0; i < layout.scales; ++i) {
    mean[i] = 0.5 * std::log(dimensions);
    deviation[i] = 0.7;
    low[i] = std::log(0.02);
    high[i] = std::log(200.0);
  }
  for (Index i = layout.scales; i < layout.scales + layout.weights; ++i) {
    deviation[i] = 0.8;
    low[i] = -4.0;
    high[i] = 3.0;
  }
  const Index signal = layout.scales + layout.weights;
  mean[signal] = 0.0;
  deviation[signal] = 1.0;
  low[signal] = std::log(0.05);
  high[signal] = std::log(100.0);
  mean[signal + 1] = -9.0;
  deviation[signal + 1] = 2.0;
  low[signal + 1] = std::log(1e-6);
  high[signal + 1] = 0.0;
}

double log_posterior(const KernelLayout& layout, const KernelPrior& prior, const MatrixXd& x, const VectorXd& y,
                     const VectorXd& theta, VectorXd& gradient) {
  const Kernel kernel(layout, theta);
  const Index n = x.cols();
  const MatrixXd z = kernel.coordinate_scales().asDiagonal() * x;
  const ArrayXXd root = (5.0 * squared_distances(z, z).array()).sqrt();
  const ArrayXXd decay = kernel.signal_variance() * (-root).exp();
  const ArrayXXd signal = decay * (1.0 + root + root.square() / 3.0);
  MatrixXd k = signal.matrix();
  k.array() += Kernel::kMeanVariance;
  k.diagonal().array() += kernel.noise_variance();

  const Eigen::LLT<MatrixXd> factor(k);
  if (factor.info() != Eigen::Success) return -std::numeric_limits<double>::infinity();
  const VectorXd alpha = factor.solve(y);
  const double log_determinant = 2.0 * factor.matrixLLT().diagonal().array().log().sum();
  const VectorXd offset = (theta - prior.mean).cwiseQuotient(prior.deviation);
  const double value = -0.5 * (y.dot(alpha) + log_determinant + offset.squaredNorm());

  // d/dθ log p(y) = ½ tr((α αᵀ - K⁻¹) dK/dθ); the weighted sums over pairs become products with B.
  MatrixXd w = -factor.solve(MatrixXd::Identity(n, n));
  w.noalias() += alpha * alpha.transpose();
  const MatrixXd b = (w.array() * decay * (1.0 + root) * (-5.0 / 6.0)).matrix();
  const VectorXd sums = b.rowwise().sum();
  const MatrixXd bz = z * b;
  gradient = -offset.cwiseQuotient(prior.deviation);
  for (std::size_t c = 0; c < layout.coordinates.size(); ++c) {
    const auto row = static_cast<Index>(c);
    const double by_log_lambda =
        z.row(row).array().square().matrix().dot(sums.transpose()) - z.row(row).dot(bz.row(row));
    gradient[layout.coordinates[c].scale] -= 2.0 * by_log_lambda;
    if (layout.coordinates[c].weight != KernelLayout::kNoWeight)
      gradient[layout.scales + layout.coordinates[c].weight] += by_log_lambda;
  }
  const Index at = layout.scales + layout.weights;
  gradient[at] += 0.5 * (w.array() * signal).sum();
  gradient[at + 1] += 0.5 * kernel.noise_variance() * w.trace();
  return value;
}

VectorXd fit_kernel(const KernelLayout& layout, const KernelPrior& prior, const MatrixXd& x, const VectorXd& y,
                    const VectorXd& start, int evaluations) {
  const auto negative = [&](const VectorXd& theta, VectorXd& gradient) {
    const double value = log_posterior(layout, prior, x, y, theta, gradient);
    gradient = -gradient;
    return -value;
  };
  return minimise_lbfgs(negative, start, prior.low, prior.high,
                        {.evaluations = evaluations, .tolerance = 1e-2, .improvement = 1e-3})
      .x;
}

}  // namespace nascent
