#include "surrogate/acquisition.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "surrogate/normal.h"

namespace nascent {
namespace {

const double kHalfLogTwoPi = 0.5 * std::log(2.0 * std::numbers::pi);
const double kRootHalfPi = std::sqrt(0.5 * std::numbers::pi);
/// Below it, Φ and φ nearly cancel.
constexpr double kTail = -1.0;
/// Below it, so do 1 and √(π/2) |z| erfcx(|z| / √2); a series takes over.
constexpr double kFarTail = -200.0;

}  // namespace

double scaled_erfc(double x) {
  // erfc keeps its relative precision; up to here neither factor leaves the range of a double.
  if (x < 5.0) return std::exp(x * x) * std::erfc(x);
  // Laplace's continued fraction, whose error falls geometrically: 60 levels give full precision from 5 on.
  double fraction = 0.0;
  for (int k = 60; k >= 1; --k) fraction = 0.5 * k / (x + fraction);
  return std::numbers::inv_sqrtpi / (x + fraction);
}

double log_improvement(double z) {
  if (z > kTail)
    return std::log(0.5 * z * std::erfc(-z / std::numbers::sqrt2) + std::exp(-0.5 * z * z - kHalfLogTwoPi));
  const double log_density = -0.5 * z * z - kHalfLogTwoPi;
  if (z > kFarTail) return log_density + std::log1p(kRootHalfPi * z * scaled_erfc(-z / std::numbers::sqrt2));
  // φ(z) / z² (1 - 3 / z² + 15 / z⁴ - ...)
  const double r = 1.0 / (z * z);
  return log_density + std::log(r) + std::log1p(-3.0 * r * (1.0 - 5.0 * r));
}

double log_improvement_slope(double z) { return std::exp(normal_log_cdf(z) - log_improvement(z)); }

double log_expected_improvement(double mean, double deviation, double best) {
  if (deviation > 0.0) return std::log(deviation) + log_improvement((best - mean) / deviation);
  return mean < best ? std::log(best - mean) : -std::numeric_limits<double>::infinity();
}

}  // namespace nascent
