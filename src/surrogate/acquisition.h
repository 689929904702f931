#pragma once

/// How much is to be hoped for from a point whose value is believed to be normally distributed; less is better.
namespace nascent {

/// log E[max(0, best - y)] for y ~ N(mean, deviation²), exact far out in the tails, where the improvement itself is too
/// small for a double. Minus infinity where the deviation is 0 and the mean no better.
///
/// Ament et al., Unexpected improvements to expected improvement for Bayesian optimization, NeurIPS 2023.
double log_expected_improvement(double mean, double deviation, double best);

/// log(z Φ(z) + φ(z)): the above for a deviation of 1 and z = best - mean. About log z for large z, -z²/2 - 2 log|z|
/// for small z.
double log_improvement(double z);
/// Its derivative, Φ(z) / (z Φ(z) + φ(z)).
double log_improvement_slope(double z);

/// exp(x²) erfc(x), the scaled complementary error function, for x >= 0.
double scaled_erfc(double x);

}  // namespace nascent
