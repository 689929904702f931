#include <cmath>
#include <limits>

#include "estimation/student_t.h"
#include "nascent/estimation/curve_extrapolation.h"

namespace nascent {

double CurveScale::to_model(double value, double floor) const {
  if (!best_possible) return maximize ? -value : value;
  const double distance = maximize ? *best_possible - value : value - *best_possible;
  return std::log(std::max(distance, 0.0) + floor);
}

double CurveScale::from_model(double u, double floor) const {
  if (!best_possible) return maximize ? -u : u;
  const double distance = std::max(std::exp(u) - floor, 0.0);
  return maximize ? *best_possible - distance : *best_possible + distance;
}

FinalValue::Moments FinalValue::moments() const {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (!known_) return {kNaN, kNaN};
  constexpr int kNodes = 81;
  const double reach = student_t_quantile(0.995, freedom_);
  double total = 0;
  double sum = 0;
  double squares = 0;
  const double middle = scale_.from_model(location_, floor_);  // near the mean, so that squares lose no digits
  for (int i = 0; i < kNodes; ++i) {
    const double t = reach * (2.0 * i / (kNodes - 1) - 1);
    const double weight = std::pow(1 + t * t / freedom_, -0.5 * (freedom_ + 1));
    const double value = scale_.from_model(location_ + spread_ * t, floor_) - middle;
    total += weight;
    sum += weight * value;
    squares += weight * value * value;
  }
  const double mean = sum / total;
  return {middle + mean, std::sqrt(std::max(0.0, squares / total - mean * mean))};
}

double FinalValue::mean() const { return moments().mean; }

double FinalValue::deviation() const { return moments().deviation; }

double FinalValue::quantile(double p) const {
  if (!known_) return std::numeric_limits<double>::quiet_NaN();
  return scale_.from_model(location_ + spread_ * student_t_quantile(scale_.maximize ? 1 - p : p, freedom_), floor_);
}

double FinalValue::chance_better(double bound) const {
  if (!known_ || std::isnan(bound)) return 0;
  return student_t_cdf((scale_.to_model(bound, floor_) - location_) / spread_, freedom_);
}

}  // namespace nascent
