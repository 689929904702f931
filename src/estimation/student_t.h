#pragma once

namespace nascent {

/// The distribution function of Student's t with `freedom` > 0 degrees of freedom.
double student_t_cdf(double t, double freedom);

/// Its inverse, for 0 < p < 1.
double student_t_quantile(double p, double freedom);

}  // namespace nascent
