#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nascent/replay/recorded_table.h"

namespace nascent {

struct ReplayOptions {
  std::string strategy = "random";  ///< as `make_strategy` reads it: "evolution:population=30"
  std::int64_t trials = 300;
  std::size_t workers = 1;  ///< simulated: so many trials run at a time
  /// With several objective columns: each trial sees their mean, instead of one of them drawn at random.
  bool average = false;
  bool allow_duplicates = false;  ///< whether a configuration may be tried again
};

/// One search on a table. The incumbent after n trials is the trial with the best value seen by the strategy among the
/// first n that ended; of equal ones the first. Where none had a result yet, the worst of the table stands for it.
struct ReplayedRun {
  std::vector<double> best;     ///< by trials ended, from 1: the mean of the incumbent over the objective columns
  std::vector<double> measure;  ///< the same, of the column that the regret is measured on
  std::vector<double> seconds;  ///< the simulated time at which this trial ended
  std::optional<std::int64_t> found_at;  ///< the trial, from 1, that evaluated the best point of the table
  double strategy_seconds = 0.0;         ///< processor time that the strategy took for all its suggestions
  std::int64_t failed = 0;               ///< trials without a result: points that the table lacks
};

/// Runs a strategy on a table by ask and tell, with a simulated clock. A function of its arguments, but for
/// `strategy_seconds`. A strategy that ends early (the space is exhausted) leaves a run that is shorter.
ReplayedRun replay(const RecordedTable& table, const ReplayOptions& options, std::uint64_t seed);

/// Runs a strategy `repeats` times, on `threads` threads. Run r has the seed (seed, r), whatever the strategy, so that
/// runs of two strategies form pairs. `progress` is told, by one thread at a time, how many have ended; when it returns
/// false no more are started, and the runs that ended are returned. What a run throws is thrown again.
std::vector<ReplayedRun> replay_repeatedly(const RecordedTable& table, const ReplayOptions& options, std::uint64_t seed,
                                           std::size_t repeats, std::size_t threads,
                                           const std::function<bool(std::size_t ended)>& progress = {});

}  // namespace nascent
