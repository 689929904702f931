#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/replay/replay.h"

namespace nascent {

/// An estimate and its 95 % interval.
struct Estimate {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

/// The mean, with the normal approximation: mean +- 1.96 standard errors.
Estimate mean_estimate(std::span<const double> sample);
/// The median, with the interval between two order statistics (binomial, normal approximation of the ranks). Values may
/// be infinite.
Estimate median_estimate(std::vector<double> sample);
/// A share of `total`, with Wilson's interval.
Estimate share_estimate(std::size_t count, std::size_t total);

/// Over all runs, after so many trials.
struct Milestone {
  std::int64_t trials = 0;
  Estimate mean_best;  ///< of the incumbent's mean over the objective columns
  Estimate median_best;
  Estimate mean_regret;  ///< distance from the best of the table, on the column that the regret is measured on
  Estimate median_regret;
  /// The mean regret as a share of the distance between the table's best and worst, and its best and median.
  double regret_to_worst = 0.0;
  double regret_to_median = 0.0;
  double mean_seconds = 0.0;  ///< simulated
};

/// What the runs of one strategy say.
struct ReplaySummary {
  std::size_t runs = 0;
  std::vector<Milestone> milestones;
  /// Trials until the best point of the table was evaluated; runs that never did count as infinitely many.
  Estimate trials_to_optimum;
  Estimate found;                       ///< the share of runs that did
  double seconds_per_suggestion = 0.0;  ///< processor time of `suggest` and `observe`, the mean over all trials
  double failed = 0.0;                  ///< the share of trials without a result
};

/// After 10, 30, 100, 300, 1000, ... trials up to the last, and after the last. Needs at least one run.
ReplaySummary summarize(const RecordedTable& table, std::span<const ReplayedRun> runs, std::int64_t trials);

OrderedJson to_json(const ReplaySummary& summary);

}  // namespace nascent
