#pragma once

/// The standard normal distribution, in logarithms that stay exact far out in its tails.
namespace nascent {

/// log Φ(x).
double normal_log_cdf(double x);

/// log(Φ(b) - Φ(a)) for a < b.
double normal_log_mass(double a, double b);

}  // namespace nascent
