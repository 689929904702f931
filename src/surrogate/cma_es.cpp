#include "surrogate/cma_es.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"
#include "surrogate/normal.h"

namespace nascent {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Eigenvalues of C below this share of the largest are rounding errors.
constexpr double kSmallestEigenvalue = 1e-20;

VectorXd to_vector(const std::vector<double>& values) {
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Index>(values.size()));
}

double standard_normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// x with Φ(x) = 1 - p, for p in (0, 1/2].
double upper_quantile(double p) {
  // log Φ(-x) is concave and falls: Newton's method from the left of the solution comes closer in every step.
  const double target = std::log(p);
  double x = 0.0;
  for (int i = 0; i < 50; ++i) {
    const double log_tail = normal_log_cdf(-x);
    const double log_density = -0.5 * x * x - 0.5 * std::log(2.0 * std::acos(-1.0));
    const double step = (log_tail - target) / std::exp(log_density - log_tail);
    x += step;
    if (std::fabs(step) < 1e-12 * (1.0 + x)) break;
  }
  return x;
}

}  // namespace

CmaEs::CmaEs(const std::vector<double>& mean, CmaEsOptions options)
    : options_(std::move(options)), m_(to_vector(mean)), sigma_(options_.sigma) {
  const auto d = static_cast<double>(mean.size());
  if (mean.empty()) throw InternalError("CMA-ES needs at least one coordinate");
  lambda_ = options_.population > 0 ? std::max<std::size_t>(4, options_.population)
                                    : 4 + static_cast<std::size_t>(3.0 * std::log(d));
  mu_ = lambda_ / 2;

  // Table 1 of the tutorial: raw weights (49), their effective numbers, learning rates (50) to (58).
  const auto lambda = static_cast<Index>(lambda_);
  const auto mu = static_cast<Index>(mu_);
  weights_.resize(lambda);
  for (Index i = 0; i < lambda; ++i)
    weights_[i] = std::log((static_cast<double>(lambda_) + 1.0) / 2.0) - std::log(static_cast<double>(i) + 1.0);
  const auto effective = [](const VectorXd& w) { return w.sum() * w.sum() / w.squaredNorm(); };
  mu_eff_ = effective(weights_.head(mu));
  const double mu_eff_minus = effective(weights_.tail(lambda - mu));
  c_1_ = 2.0 / ((d + 1.3) * (d + 1.3) + mu_eff_);
  c_mu_ = std::min(1.0 - c_1_, 2.0 * (0.25 + mu_eff_ + 1.0 / mu_eff_ - 2.0) / ((d + 2.0) * (d + 2.0) + mu_eff_));
  const double alpha_minus =
      std::min({1.0 + c_1_ / c_mu_, 1.0 + 2.0 * mu_eff_minus / (mu_eff_ + 2.0), (1.0 - c_1_ - c_mu_) / (d * c_mu_)});
  const double positive = weights_.cwiseMax(0.0).sum();
  const double negative = -weights_.cwiseMin(0.0).sum();
  for (double& w : weights_) w = w >= 0.0 ? w / positive : w * alpha_minus / negative;

  c_sigma_ = (mu_eff_ + 2.0) / (d + mu_eff_ + 5.0);
  d_sigma_ = 1.0 + 2.0 * std::max(0.0, std::sqrt((mu_eff_ - 1.0) / (d + 1.0)) - 1.0) + c_sigma_;
  c_c_ = (4.0 + mu_eff_ / d) / (d + 4.0 + 2.0 * mu_eff_ / d);
  chi_n_ = std::sqrt(d) * (1.0 - 1.0 / (4.0 * d) + 1.0 / (21.0 * d * d));

  if (options_.margin <= 0.0) options_.margin = 1.0 / (d * static_cast<double>(lambda_));
  A_ = VectorXd::Ones(m_.size());
  C_ = MatrixXd::Identity(m_.size(), m_.size());
  root_ = inverse_root_ = C_;
  p_sigma_ = p_c_ = VectorXd::Zero(m_.size());
  keep_margins();
}

void CmaEs::set_mean(const std::vector<double>& mean) {
  m_ = to_vector(mean);
  keep_margins();
}

double CmaEs::deviation(std::size_t coordinate) const {
  const auto i = static_cast<Index>(coordinate);
  return sigma_ * A_[i] * std::sqrt(C_(i, i));
}

std::vector<double> CmaEs::sample(Random& random, double widening) const {
  VectorXd z(m_.size());
  for (double& coordinate : z) coordinate = random.normal();
  std::vector<double> x(dimensions());
  Eigen::Map<VectorXd>(x.data(), m_.size()) =
      m_ + (sigma_ * widening) * A_.cwiseProduct(root_.selfadjointView<Eigen::Lower>() * z);
  return x;
}

void CmaEs::update(std::span<const std::vector<double>> best_first) {
  if (best_first.size() != lambda_) throw InternalError("a generation of CMA-ES has another number of points");
  const Index n = m_.size();
  const auto d = static_cast<double>(n);
  const auto lambda = static_cast<Index>(lambda_);
  ++g_;

  MatrixXd y(n, lambda);
  for (Index i = 0; i < lambda; ++i)
    y.col(i) = (to_vector(best_first[static_cast<std::size_t>(i)]) - m_).cwiseQuotient(sigma_ * A_);
  // A step in the coordinates in which the distribution is a ball has a length of about √d ± 0.7.
  VectorXd lengths = (inverse_root_ * y).colwise().norm();
  const double longest = std::sqrt(d) + 3.0;
  for (Index i = 0; i < lambda; ++i) {
    if (lengths[i] <= longest) continue;
    y.col(i) *= longest / lengths[i];
    lengths[i] = longest;
  }

  const VectorXd y_w = y.leftCols(static_cast<Index>(mu_)) * weights_.head(static_cast<Index>(mu_));
  m_ += sigma_ * A_.cwiseProduct(y_w);

  p_sigma_ = (1.0 - c_sigma_) * p_sigma_ + std::sqrt(c_sigma_ * (2.0 - c_sigma_) * mu_eff_) * (inverse_root_ * y_w);
  const double length = p_sigma_.norm();
  const double settled = std::sqrt(1.0 - std::pow(1.0 - c_sigma_, 2.0 * static_cast<double>(g_)));
  const double h_sigma = length / settled < (1.4 + 2.0 / (d + 1.0)) * chi_n_ ? 1.0 : 0.0;
  p_c_ = (1.0 - c_c_) * p_c_ + h_sigma * std::sqrt(c_c_ * (2.0 - c_c_) * mu_eff_) * y_w;

  // (47): the negative steps are scaled so that C stays positive definite.
  VectorXd w = c_mu_ * weights_;
  for (Index i = static_cast<Index>(mu_); i < lambda; ++i)
    if (w[i] < 0.0) w[i] *= d / std::max(lengths[i] * lengths[i], 1e-12);
  const double kept = 1.0 + c_1_ * (1.0 - h_sigma) * c_c_ * (2.0 - c_c_) - c_1_ - c_mu_ * weights_.sum();
  C_ *= kept;
  C_.noalias() += c_1_ * p_c_ * p_c_.transpose();
  C_.noalias() += y * w.asDiagonal() * y.transpose();

  sigma_ *= std::exp(std::min(1.0, c_sigma_ / d_sigma_ * (length / chi_n_ - 1.0)));
  const double widest = sigma_ * std::sqrt((A_.array().square() * C_.diagonal().array()).maxCoeff());
  if (widest > options_.largest_deviation) sigma_ *= options_.largest_deviation / widest;

  // B.2 of the tutorial: C changes slowly where there are many coordinates, so its decomposition may wait.
  const double wait = 1.0 / ((c_1_ + c_mu_) * d * 10.0);
  if (static_cast<double>(g_ - decomposed_) >= wait) decompose();
  keep_margins();
}

void CmaEs::decompose() {
  decomposed_ = g_;
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(C_);
  const double largest = solver.eigenvalues().maxCoeff();
  if (solver.info() != Eigen::Success || !(largest > 0.0) || !std::isfinite(largest)) {
    // Cannot be told apart from noise any more: a ball again.
    C_ = root_ = inverse_root_ = MatrixXd::Identity(m_.size(), m_.size());
    condition_ = 1.0;
    return;
  }
  const VectorXd eigenvalues = solver.eigenvalues().cwiseMax(kSmallestEigenvalue * largest);
  condition_ = largest / eigenvalues.minCoeff();
  const MatrixXd& B = solver.eigenvectors();
  const VectorXd D = eigenvalues.cwiseSqrt();
  root_.noalias() = B * D.asDiagonal() * B.transpose();
  inverse_root_.noalias() = B * D.cwiseInverse().asDiagonal() * B.transpose();
}

void CmaEs::keep_margins() {
  for (std::size_t i = 0; i < options_.thresholds.size(); ++i)
    if (!options_.thresholds[i].empty()) keep_margin(static_cast<Index>(i), options_.thresholds[i]);
}

void CmaEs::keep_margin(Index i, const std::vector<double>& thresholds) {
  const double alpha = options_.margin;
  const double deviation = sigma_ * A_[i] * std::sqrt(C_(i, i));
  const auto above = std::lower_bound(thresholds.begin(), thresholds.end(), m_[i]);
  if (above == thresholds.begin() || above == thresholds.end()) {
    // In an outermost cell there is one way out: the mean is kept near enough to it.
    const double edge = above == thresholds.begin() ? thresholds.front() : thresholds.back();
    const double farthest = deviation * upper_quantile(std::min(alpha, 0.5));
    m_[i] = edge + std::clamp(m_[i] - edge, -farthest, farthest);
    return;
  }
  const double low = *std::prev(above);
  const double high = *above;
  const double p_low = standard_normal_cdf((low - m_[i]) / deviation);
  const double p_high = standard_normal_cdf((m_[i] - high) / deviation);
  if (p_low >= alpha / 2.0 && p_high >= alpha / 2.0) return;
  // The probabilities of the three cells are lifted to α / 2 and then made to sum to 1 again.
  const double least = std::min(alpha / 2.0, 0.25);
  double q_low = std::max(least, p_low);
  double q_high = std::max(least, p_high);
  const double q_middle = std::max(least, 1.0 - p_low - p_high);
  const double sum = q_low + q_high + q_middle;
  const double scale = (1.0 - sum) / (sum - 3.0 * least);
  q_low = std::min(q_low + scale * (q_low - least), 0.5 - 1e-9);
  q_high = std::min(q_high + scale * (q_high - least), 0.5 - 1e-9);
  const double chi_low = upper_quantile(q_low);
  const double chi_high = upper_quantile(q_high);
  A_[i] = (high - low) / ((chi_low + chi_high) * sigma_ * std::sqrt(C_(i, i)));
  m_[i] = (low * chi_high + high * chi_low) / (chi_low + chi_high);
}

}  // namespace nascent
