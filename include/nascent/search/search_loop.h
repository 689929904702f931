#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/core/deadline.h"
#include "nascent/estimation/scheduler.h"
#include "nascent/execution/executor.h"
#include "nascent/strategy/search_strategy.h"
#include "nascent/trial/trial_store.h"

namespace nascent {

/// Turns a trial into the payload of its job. The result of the job must be
/// `{"metrics": {...}, "details": {...}}`, with `"stopped": "reason"` when it ended early by itself. A job that was
/// told to stop returns what it has; if that lacks the study's metric, its last report counts. A job that failed and
/// has details to remember returns `{"failed": "reason", "details": {...}}`; without details an exception says the
/// same.
using PayloadOf = std::function<Json(const Trial&)>;

struct SearchLoopOptions {
  std::int64_t max_trials = -1;  ///< finished trials of the whole study, over all its sessions; -1 for no limit. Those
                                 ///< that were cut off without a result or that continue others do not count
  Deadline deadline = {};        ///< nothing is started after it; what runs then is asked to stop
  double least_seconds = 0.0;    ///< no trial is started with less time than this before the deadline
  /// How long a trial takes at least, as far as can be told (`CostModel`); none, or 0: not known. One that needs more
  /// than is left before the deadline is not started.
  std::function<double(const Trial&)> seconds_needed = {};
  double grace_seconds = 1.0;              ///< what runs so much later is killed (where the executor can)
  std::size_t max_in_flight = 0;           ///< trials at a time; 0 for all slots
  std::vector<Configuration> first = {};   ///< tried before the strategy is asked, in this order
  std::function<bool()> interrupted = {};  ///< asked often; true ends the search as a deadline would
};

/// What one run of the loop did.
struct SearchSummary {
  /// "the time is up", "100 trials are done", "the space is exhausted", "interrupted", or "20 trials failed and none
  /// succeeded; the last: ..."
  std::string ended_because;
  double strategy_seconds = 0.0;
  double store_seconds = 0.0;
  double waiting_seconds = 0.0;
};

/// Told what happens; for live views, logs and the pruning of artefacts. Empty by default.
class SearchObserver {
 public:
  virtual ~SearchObserver() = default;
  virtual void trial_started(const Trial&) {}
  virtual void trial_reported(const Trial&, const Report&) {}
  virtual void trial_finished(const Trial&) {}
  virtual void tick() {}  ///< at least four times a second
};

/// The search: asks the strategy, records, hands out, decides on reports, records the result, lets everyone observe.
/// It knows no model.
///
/// How much of the evaluation a trial gets, and which configurations get more later, is the scheduler's. A record may
/// hold trials of other fidelities too (a search with short trainings, then the full training of the best): a search
/// sees and counts only those that its scheduler uses, since results of others cannot be compared.
///
/// Trials that the store holds are replayed to strategy and scheduler first, in the order in which they ended, so that
/// a study goes on where it stopped; with one worker it has the same trials as one that never stopped.
///
/// Several processes may search one study, each with a store object of its own on the same file. Each learns what the
/// others have finished, does not propose what they are trying, and counts their trials. When one dies, the others (or
/// the next session) take over its running trials. Trials that were cut off, by that or by a deadline, are not shown to
/// the strategy, but tried again as new trials before anything else, at most twice; after that they count as failed.
///
/// A complete trial has the metrics of all objectives of the study. One whose worker crashes, or whose result is not
/// finite or lacks one of them, is failed with a reason; a report of such a metric that is not finite stops its trial.
/// When 20 trials of one session have failed and none of the study ever succeeded, the search ends.
///
/// Everything a worker is told has been recorded before. What the store, the strategy, `payload_of` or the executor
/// throw goes up, after the jobs under way have been cancelled and given the grace time to end; their trials stay
/// "running" in the record until another session tries them again.
SearchSummary run_search(TrialStore& store, SearchStrategy& strategy, Scheduler& scheduler, Executor& executor,
                         const PayloadOf& payload_of, const SearchLoopOptions& options, SearchObserver& observer);

}  // namespace nascent
