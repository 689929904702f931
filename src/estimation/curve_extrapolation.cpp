#include "nascent/estimation/curve_extrapolation.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "estimation/curve_families.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

/// How far a curve strays from every family: the deviation of a random walk over the logarithm of the steps, in units
/// of a typical drop.
constexpr double kDrift = 0.1;

/// A distance from the best possible value that is as good as none, as a share of the first value's.
constexpr double kNegligible = 1e-5;

/// Prior of the correction: one degree of freedom is worth one curve.
constexpr double kPriorFreedom = 6;
constexpr double kPriorScale = 0.55;
constexpr std::array<double, 5> kPriorDeviations{0.5, 0.25, 0.25, 0.25, 0.25};

/// How many points of a curve lie at or before a step.
std::size_t points_until(const LearningCurve& curve, double step) {
  return std::upper_bound(curve.steps.begin(), curve.steps.end(), step) - curve.steps.begin();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double floor_of(const LearningCurve& curve, const CurveScale& scale) {
  for (const double value : curve.values)
    if (std::isfinite(value) && scale.best_possible)
      return std::max(kNegligible * std::abs(value - *scale.best_possible), 1e-12);
  return 1e-12;
}

/// The weights of values that lie far above their neighbours, which says nothing about where the curve goes.
std::vector<double> weights_without_spikes(const std::vector<double>& values) {
  std::vector<double> weights(values.size(), 1.0);
  if (values.size() < 5) return weights;
  std::vector<double> residuals;
  for (std::size_t j = 0; j < values.size(); ++j) {
    const std::size_t from = std::min(j < 2 ? 0 : j - 2, values.size() - 5);
    residuals.push_back(values[j] - median({values.begin() + from, values.begin() + from + 5}));
  }
  std::vector<double> sizes;
  for (const double residual : residuals) sizes.push_back(std::abs(residual));
  const double far = 3 * 1.4826 * median(sizes) + 1e-12;
  for (std::size_t j = 0; j < values.size(); ++j)
    if (residuals[j] > far) weights[j] = std::pow(far / residuals[j], 2);
  return weights;
}

Eigen::Matrix<double, 5, 1> features(double mean, double deviation, double level, double last, double lowest,
                                     double noise, double unit) {
  const auto bounded = [](double x) { return std::clamp(x, -4.0, 4.0); };
  return {1.0, bounded((mean - level) / deviation), bounded((last - level) / deviation),
          bounded((lowest - level) / deviation), bounded(0.5 * (std::log(noise / unit) + 3.5))};
}

}  // namespace

CurveExtrapolation::CurveExtrapolation(double horizon, bool maximize) : horizon_(horizon), maximize_(maximize) {
  if (!(horizon > 0) || !std::isfinite(horizon)) throw InputError("the horizon of a learning curve must be above 0");
  scale_.maximize = maximize;
}

/// The scale that suits all curves learnt and this one.
CurveScale CurveExtrapolation::scale_with(const LearningCurve& query) const {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  std::vector<double> drops;
  const auto include = [&](const LearningCurve& curve) {
    double first = std::numeric_limits<double>::quiet_NaN();
    double drop = 0;
    for (const double value : curve.values) {
      if (!std::isfinite(value)) continue;
      least = std::min(least, value);
      most = std::max(most, value);
      if (std::isnan(first)) first = value;
      drop = std::max(drop, maximize_ ? value - first : first - value);
    }
    if (drop > 0) {  // curves fall about evenly over the logarithm of the steps
      const double seen = std::log1p(curve.steps.back() / curve.steps.front());
      drops.push_back(drop * std::max(1.0, std::log1p(horizon_ / curve.steps.front()) / seen));
    }
  };
  for (const Learnt& learnt : learnt_) include(learnt.curve);
  include(query);
  CurveScale scale;
  scale.maximize = maximize_;
  if (!maximize_ && least >= 0) scale.best_possible = 0.0;
  if (maximize_ && most <= 100 && least >= 0) scale.best_possible = 100.0;
  if (maximize_ && most <= 1) scale.best_possible = 1.0;
  if (maximize_ && most <= 0) scale.best_possible = 0.0;  // a loss, negated
  if (!scale.best_possible) {
    if (drops.size() > 8) drops.resize(8);  // so that it settles
    scale.unit = drops.empty() ? std::max({std::abs(least), std::abs(most), 1e-9}) : median(drops);
  }
  return scale;
}

void CurveExtrapolation::forget_predictions() {
  corrections_.clear();
  const CurveScale scale = scale_with({});
  if (scale.best_possible == scale_.best_possible && scale.unit == scale_.unit) return;
  scale_ = scale;
  for (Learnt& learnt : learnt_) learnt.summaries.clear();
}

std::size_t CurveExtrapolation::learn(LearningCurve curve) {
  learnt_.push_back({std::move(curve), {}});
  forget_predictions();
  return learnt_.size() - 1;
}

void CurveExtrapolation::replace(std::size_t index, LearningCurve curve) {
  learnt_[index] = {std::move(curve), {}};
  forget_predictions();
}

std::optional<CurveExtrapolation::Summary> CurveExtrapolation::summarize(const LearningCurve& curve, std::size_t points,
                                                                         const CurveScale& scale) const {
  if (points == 0 || !std::isfinite(curve.values[points - 1])) return std::nullopt;
  const double floor = floor_of(curve, scale);
  const double first_step = curve.steps.front();
  std::vector<double> steps;
  std::vector<double> values;
  for (std::size_t j = 0; j < points; ++j) {
    if (!std::isfinite(curve.values[j])) continue;
    steps.push_back(curve.steps[j] / first_step);
    values.push_back(scale.to_model(curve.values[j], floor));
  }
  const double horizon = std::max(horizon_ / first_step, steps.back());
  const std::vector<double> weights = weights_without_spikes(values);
  const FamilyForecast forecast = forecast_families(steps, values, weights, horizon, scale.unit);
  Summary summary{};
  summary.mean = forecast.mean;
  const double drift = kDrift * scale.unit;
  summary.deviation = std::sqrt(std::pow(forecast.deviation, 2) + std::pow(forecast.noise, 2) +
                                drift * drift * std::log(horizon / steps.back()));
  summary.noise = forecast.noise;
  summary.last = values.back();
  summary.lowest = *std::min_element(values.begin(), values.end());
  double sum = 0;
  for (std::size_t j = values.size() - std::min<std::size_t>(3, values.size()); j < values.size(); ++j) {
    summary.level += weights[j] * values[j];
    sum += weights[j];
  }
  summary.level /= sum;
  return summary;
}

const std::optional<CurveExtrapolation::Summary>& CurveExtrapolation::summary_of(const Learnt& learnt,
                                                                                 std::size_t points) const {
  auto& summaries = const_cast<Learnt&>(learnt).summaries;
  auto found = summaries.find(points);
  if (found == summaries.end()) found = summaries.emplace(points, summarize(learnt.curve, points, scale_)).first;
  return found->second;
}

/// Corrections are learnt at few steps only: at every sixteenth of a power of two.
double CurveExtrapolation::anchor(double step) const {
  const double power = std::exp2(std::floor(std::log2(step)) - 3);
  return std::floor(step / power) * power;
}

const CurveExtrapolation::Correction& CurveExtrapolation::correction(double at) const {
  const auto found = corrections_.find(at);
  if (found != corrections_.end()) return found->second;
  constexpr int kFeatures = Correction::kFeatures;
  using Matrix = Eigen::Matrix<double, kFeatures, kFeatures>;
  using Vector = Eigen::Matrix<double, kFeatures, 1>;
  Matrix precision = Matrix::Zero();
  for (int i = 0; i < kFeatures; ++i) precision(i, i) = std::pow(kPriorDeviations[i], -2);
  Vector projection = Vector::Zero();
  double squares = 0;
  double count = 0;
  for (const Learnt& learnt : learnt_) {
    const LearningCurve& curve = learnt.curve;
    if (curve.steps.empty() || !std::isfinite(curve.values.back())) continue;
    const double end = curve.steps.back();
    const bool finished = end >= horizon_;
    if (anchor(end) <= at && !finished) continue;
    const std::size_t points = points_until(curve, at);
    if (points == 0 || points == curve.steps.size()) continue;
    const auto& summary = summary_of(learnt, points);
    if (!summary) continue;
    const double floor = floor_of(curve, scale_);
    double target = 0;
    double weight = 1;
    if (finished) {
      target = scale_.to_model(curve.values[points_until(curve, horizon_) - 1], floor);
    } else {  // what it would have become, as far as is known
      const FinalValue later = corrected(*summary_of(learnt, curve.steps.size()), anchor(end), scale_, floor);
      target = later.location();
      weight = 1 / (1 + std::pow(later.spread() / summary->deviation, 2));
    }
    const Vector x = features(summary->mean, summary->deviation, summary->level, summary->last, summary->lowest,
                              summary->noise, scale_.unit);
    const double z = std::clamp((target - summary->mean) / summary->deviation, -6.0, 6.0);
    precision += weight * x * x.transpose();
    projection += weight * z * x;
    squares += weight * z * z;
    count += weight;
  }
  const Eigen::LLT<Matrix> factor(precision);
  const Vector coefficients = factor.solve(projection);
  const Matrix covariance = factor.solve(Matrix::Identity());
  Correction result;
  Eigen::Map<Vector>(result.coefficients.data()) = coefficients;
  Eigen::Map<Matrix>(result.covariance.data()) = covariance;
  result.freedom = kPriorFreedom + count;
  result.scale =
      std::sqrt((kPriorFreedom * kPriorScale * kPriorScale + std::max(0.0, squares - projection.dot(coefficients))) /
                result.freedom);
  return corrections_.emplace(at, result).first->second;
}

FinalValue CurveExtrapolation::corrected(const Summary& summary, double at, const CurveScale& scale,
                                         double floor) const {
  constexpr int kFeatures = Correction::kFeatures;
  const Correction& learnt = correction(at);
  const Eigen::Matrix<double, kFeatures, 1> x =
      features(summary.mean, summary.deviation, summary.level, summary.last, summary.lowest, summary.noise, scale.unit);
  const Eigen::Map<const Eigen::Matrix<double, kFeatures, 1>> coefficients(learnt.coefficients.data());
  const Eigen::Map<const Eigen::Matrix<double, kFeatures, kFeatures>> covariance(learnt.covariance.data());
  const double spread = summary.deviation * learnt.scale * std::sqrt(1 + x.dot(covariance * x));
  return {scale, floor, summary.mean + summary.deviation * x.dot(coefficients), std::max(spread, 1e-12),
          learnt.freedom};
}

FinalValue CurveExtrapolation::predict(const LearningCurve& curve) const {
  const std::size_t points = points_until(curve, horizon_);
  const CurveScale together = scale_with(curve);
  const bool same = learnt_.empty() || together.best_possible == scale_.best_possible;
  const CurveScale& scale = same && !learnt_.empty() ? scale_ : together;
  const std::optional<Summary> summary = summarize(curve, points, scale);
  if (!summary) return {};
  const double floor = floor_of(curve, scale);
  if (!same) return {scale, floor, summary->mean, summary->deviation, kPriorFreedom};
  return corrected(*summary, anchor(curve.steps[points - 1]), scale, floor);
}

FinalValue CurveExtrapolation::predict(std::size_t index) const {
  const Learnt& learnt = learnt_[index];
  const std::size_t points = points_until(learnt.curve, horizon_);
  const std::optional<Summary>& summary = summary_of(learnt, points);
  if (!summary) return {};
  return corrected(*summary, anchor(learnt.curve.steps[points - 1]), scale_, floor_of(learnt.curve, scale_));
}

}  // namespace nascent
