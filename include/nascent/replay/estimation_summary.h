#pragma once

#include <span>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/replay/replay_summary.h"

namespace nascent {

/// Over all runs, at one simulated moment. Where a run has no result yet, the worst of the table stands for it.
struct Moment {
  double seconds = 0.0;
  Estimate mean_regret;  ///< of the incumbent, fully evaluated
  Estimate median_regret;
};

/// What the runs of one strategy with one scheduler say.
struct EstimationSummary {
  std::size_t runs = 0;
  Estimate cost_share;   ///< of what the full training of all configurations started would have cost
  Estimate mean_regret;  ///< of the last incumbent, fully evaluated, on the column that the regret is measured on
  Estimate median_regret;
  /// The mean distance from the best of the configurations that were started: what was lost by not training all fully.
  Estimate mean_loss;
  std::vector<Moment> moments;
  Estimate end_seconds;         ///< simulated
  Estimate idle_share;          ///< of the workers' time
  Estimate reached;             ///< the share of runs that reached the regret asked for; 0 where none was
  Estimate seconds_to_regret;   ///< the median of the simulated time; runs that did not count as infinitely long
  double configurations = 0.0;  ///< this and the four that follow are means over the runs
  double stopped = 0.0;
  double paused = 0.0;
  double promoted = 0.0;
  double failed = 0.0;
  double seconds_per_decision = 0.0;    ///< processor time of the scheduler
  double seconds_per_suggestion = 0.0;  ///< of the strategy, for each trial
};

/// Looks at 1, 2, 5, 10, 20, 50 and 100 % of `horizon`, in simulated seconds. Needs at least one run.
EstimationSummary summarize_estimation(const RecordedTable& table, std::span<const ReplayedRun> runs, double horizon);

OrderedJson to_json(const EstimationSummary& summary);

}  // namespace nascent
