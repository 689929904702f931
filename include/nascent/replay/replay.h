#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nascent/estimation/scheduler.h"
#include "nascent/replay/recorded_table.h"

namespace nascent {

/// A scheduler for one run with this seed.
using SchedulerOf = std::function<std::unique_ptr<Scheduler>(std::uint64_t seed)>;

struct ReplayOptions {
  std::string strategy = "random";  ///< as `make_strategy` reads it: "evolution:population=30"
  SchedulerOf scheduler = {};       ///< empty: every configuration gets the full evaluation
  std::int64_t trials = 300;        ///< so many configurations are started
  std::size_t workers = 1;          ///< simulated: so many trials run at a time
  /// With several objective columns: each trial sees their mean, instead of one of them drawn at random.
  bool average = false;
  bool allow_duplicates = false;  ///< whether a configuration may be tried again
  /// The run ends at this simulated moment; what is under way then is lost, but paid.
  double seconds = std::numeric_limits<double>::infinity();
  /// The run ends when the regret of an incumbent that was evaluated fully is this or less. (The lucky pick of a
  /// moment, by what it shows at a low fidelity, does not count.)
  std::optional<double> until_regret = {};
};

/// One search on a table. The incumbent after n trials is the best (`best_trial`) of the first n that ended, by what
/// the strategy sees: of the results at the highest fidelity so far. Where none had a result yet, or where the
/// incumbent's curve has no value at its end, the worst of the table stands for it.
struct ReplayedRun {
  std::vector<double> best;  ///< by trials ended, from 1: the mean of the incumbent over the objective columns, fully
                             ///< evaluated, whatever the trial got
  std::vector<double> measure;           ///< the same, of the column that the regret is measured on
  std::vector<double> seconds;           ///< the simulated time at which this trial ended
  std::optional<std::int64_t> found_at;  ///< the trial, from 1, that evaluated the best point of the table fully
  double strategy_seconds = 0.0;         ///< processor time that the strategy took for all its suggestions
  std::int64_t failed = 0;               ///< trials without a result: points or steps that the table lacks

  std::int64_t configurations = 0;  ///< started
  std::int64_t stopped = 0;         ///< trials ended by the scheduler on their way
  std::int64_t paused = 0;          ///< trials that ended at less than the highest fidelity, as assigned
  std::int64_t promoted = 0;        ///< trials that continued another
  double end_seconds = 0.0;         ///< the simulated end
  double busy_seconds = 0.0;        ///< simulated, of all workers: what the training cost
  double full_seconds = 0.0;        ///< what the full training of all configurations started would have cost
  /// The best of the regret's column among the configurations started; NaN where none has a value.
  double best_started = std::numeric_limits<double>::quiet_NaN();
  double idle_share = 0.0;                ///< of the workers' time until the end
  std::optional<double> reached_seconds;  ///< when the regret asked for was reached
  double scheduler_seconds = 0.0;         ///< processor time that the scheduler took
  std::int64_t decisions = 0;             ///< how often it was asked
};

/// Runs a strategy and a scheduler on a table by ask and tell, with a simulated clock. A trial reports at each step of
/// its curve and can be stopped there only. A fidelity between two steps has the value of the lower one and its share
/// of the seconds. A trial that continues another pays the rest only, unless the table holds separate trainings. A
/// function of its arguments, but for the processor times. A strategy that ends early (the space is exhausted) leaves a
/// run that is shorter.
ReplayedRun replay(const RecordedTable& table, const ReplayOptions& options, std::uint64_t seed);

/// Runs a strategy `repeats` times, on `threads` threads. Run r has the seed (seed, r), whatever the strategy, so that
/// runs of two strategies form pairs. `progress` is told, by one thread at a time, how many have ended; when it returns
/// false no more are started, and the runs that ended are returned. What a run throws is thrown again.
std::vector<ReplayedRun> replay_repeatedly(const RecordedTable& table, const ReplayOptions& options, std::uint64_t seed,
                                           std::size_t repeats, std::size_t threads,
                                           const std::function<bool(std::size_t ended)>& progress = {});

}  // namespace nascent
