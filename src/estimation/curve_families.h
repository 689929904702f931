#pragma once

#include <span>

namespace nascent {

/// What the parametric families say of one curve, on a scale where less is better.
struct FamilyForecast {
  double mean = 0.0;       ///< of the value at the horizon
  double deviation = 0.0;  ///< of the same, among the families and within them
  double noise = 0.0;      ///< standard deviation of one value around its curve
};

/// The posterior of the value at the horizon under a mixture of curve families.
///
/// Each member is y(t) = c + a r(t), where r falls from 1 at the first step to 0 at the horizon: so c is the value that
/// is asked for and a the whole drop. The shapes r are points of the families' nonlinear parameters. Given the shape
/// and the noise, c and a have a normal posterior in closed form (variable projection); shapes and levels of noise are
/// weighted by their marginal likelihood, which is importance sampling with the prior as the proposal.
///
/// `steps` rise, from 1; `values` are finite, `weights` in (0, 1]. `unit` is the size of a typical drop.
FamilyForecast forecast_families(std::span<const double> steps, std::span<const double> values,
                                 std::span<const double> weights, double horizon, double unit);

}  // namespace nascent
