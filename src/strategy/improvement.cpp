#include "strategy/improvement.h"

#include <cmath>
#include <numbers>

#include "surrogate/acquisition.h"
#include "surrogate/normal.h"

namespace nascent {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// Added to every variance: a point that is known exactly has a tiny expected improvement, not none.
constexpr double kLeastVariance = 1e-12;

double deviation(double variance) { return std::sqrt(variance + kLeastVariance); }

}  // namespace

VectorXd Improvement::values(const Prediction& objective, const std::vector<Prediction>& constraints) const {
  VectorXd values = VectorXd::Zero(objective.mean.size());
  if (best_)
    for (Index i = 0; i < values.size(); ++i)
      values[i] = log_expected_improvement(objective.mean[i], deviation(objective.variance[i]), *best_);
  for (std::size_t c = 0; c < constraints.size(); ++c)
    for (Index i = 0; i < values.size(); ++i)
      values[i] +=
          normal_log_cdf((constraints_[c].bound - constraints[c].mean[i]) / deviation(constraints[c].variance[i]));
  return values;
}

VectorXd Improvement::values(const Eigen::MatrixXd& x) const {
  std::vector<Prediction> constraints;
  for (const Bounded& constraint : constraints_) constraints.push_back(constraint.process->predict(x));
  return values(objective_->predict(x), constraints);
}

double Improvement::value(const VectorXd& x, VectorXd& gradient) const {
  double value = 0.0;
  gradient.setZero(x.size());
  // The gradient of z = (bound - mean) / deviation.
  const auto add = [&](const PredictionWithGradient& p, double sigma, double z, double slope) {
    gradient -= slope / sigma * p.mean_gradient + slope * z / (2.0 * sigma * sigma) * p.variance_gradient;
  };
  if (best_) {
    const PredictionWithGradient p = objective_->predict_with_gradient(x);
    const double sigma = deviation(p.variance);
    const double z = (*best_ - p.mean) / sigma;
    value += std::log(sigma) + log_improvement(z);
    add(p, sigma, z, log_improvement_slope(z));
    gradient += p.variance_gradient / (2.0 * sigma * sigma);
  }
  for (const Bounded& constraint : constraints_) {
    const PredictionWithGradient p = constraint.process->predict_with_gradient(x);
    const double sigma = deviation(p.variance);
    const double z = (constraint.bound - p.mean) / sigma;
    const double log_mass = normal_log_cdf(z);
    value += log_mass;
    add(p, sigma, z, std::exp(-0.5 * z * z - 0.5 * std::log(2.0 * std::numbers::pi) - log_mass));
  }
  return value;
}

}  // namespace nascent
