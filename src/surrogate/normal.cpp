#include "surrogate/normal.h"

#include <cmath>
#include <numbers>

namespace nascent {
namespace {

const double kInverseRoot2 = 1.0 / std::numbers::sqrt2;
const double kHalfLogTwoPi = 0.5 * std::log(2.0 * std::numbers::pi);
/// Beyond it erfc underflows.
constexpr double kFarTail = -37.0;

/// Φ(x) for x <= 0, without cancellation.
double lower_tail(double x) { return 0.5 * std::erfc(-x * kInverseRoot2); }

}  // namespace

double normal_log_cdf(double x) {
  if (x > 0.0) return std::log1p(-lower_tail(-x));
  if (x > kFarTail) return std::log(lower_tail(x));
  // The asymptotic series of the Mills ratio; at -37 the next term is 3e-11, against a logarithm of -690.
  const double r = 1.0 / (x * x);
  return -0.5 * x * x - std::log(-x) - kHalfLogTwoPi + std::log1p(-r * (1.0 - r * (3.0 - r * 15.0)));
}

double normal_log_mass(double a, double b) {
  if (a > 0.0) return normal_log_mass(-b, -a);
  if (b > 0.0) return std::log(0.5 * (std::erf(b * kInverseRoot2) - std::erf(a * kInverseRoot2)));
  if (b > kFarTail) {
    const double upper = lower_tail(b);
    const double mass = upper - lower_tail(a);
    // Only where the two are so close that digits cancel, or too small for a double, is the slower way needed.
    if (mass > 1e-6 * upper && mass > 1e-290) return std::log(mass);
  }
  const double upper = normal_log_cdf(b);
  return upper + std::log(-std::expm1(normal_log_cdf(a) - upper));
}

}  // namespace nascent
