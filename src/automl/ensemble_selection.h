#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "nascent/core/deadline.h"
#include "nascent/data/matrix.h"
#include "nascent/data/metric.h"
#include "nascent/data/task.h"

namespace nascent {

struct EnsembleOptions {
  int rounds = 40;       ///< additions; weights are multiples of 1 / the number of them that was best
  int max_members = 10;  ///< distinct candidates
  Deadline deadline;     ///< the best found by then is returned
};

struct Ensemble {
  std::vector<double> weights;  ///< one for each candidate, summing to one
  double score = 0.0;           ///< on the rows given, in the metric
};

/// Greedy ensemble selection with replacement (Caruana et al., ICML 2004): starting from the best single candidate,
/// adds again and again the one that improves the average most, and returns the best average met on the way. So it is
/// never worse than the best candidate on these rows. Ties in the metric are broken by log loss for classes, then by
/// the order.
///
/// `candidates`: predictions of each for the same rows, rows x outputs; at least one. Candidates with an undefined
/// score are not used.
Ensemble select_ensemble(const Metric& metric, const Task& task, std::span<const double> truth,
                         const std::vector<const Matrix*>& candidates, const EnsembleOptions& options);

/// The weighted mean of predictions. Requires the same shape of all, and one weight each.
Matrix weighted_mean(const std::vector<const Matrix*>& predictions, std::span<const double> weights);

}  // namespace nascent
