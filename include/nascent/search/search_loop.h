#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nascent/core/deadline.h"
#include "nascent/estimation/scheduler.h"
#include "nascent/execution/executor.h"
#include "nascent/strategy/search_strategy.h"
#include "nascent/trial/trial_store.h"

namespace nascent {

/// Turns a trial into the payload of its job. The result of the job must be
/// `{"metrics": {...}, "details": {...}}`, with `"stopped": "reason"` when it ended early by itself.
using PayloadOf = std::function<Json(const Trial&)>;

struct SearchLoopOptions {
  std::int64_t max_trials = -1;  ///< finished trials of the whole study, over all its sessions; -1 for no limit
  Deadline deadline;             ///< nothing is started after it; what runs then is asked to stop
  double grace_seconds = 1.0;    ///< what runs so much later is killed
  std::size_t max_in_flight = 0; ///< trials at a time; 0 for all slots
  std::vector<Configuration> first;  ///< tried before the strategy is asked, in this order
  std::function<Fidelity(const Configuration&)> fidelity;  ///< empty for full
  std::function<bool()> interrupted; ///< asked often; true ends the search as a deadline would
};

/// What one run of the loop did.
struct SearchSummary {
  std::string ended_because;  ///< "the time is up", "100 trials are done", "the space is exhausted", "interrupted"
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
/// It knows no model. Trials that the store holds are replayed to strategy and scheduler first, so that a study goes on
/// where it stopped; those that were running when an earlier session died become failed ("interrupted").
SearchSummary run_search(TrialStore& store, SearchStrategy& strategy, Scheduler& scheduler, Executor& executor,
                         const PayloadOf& payload_of, const SearchLoopOptions& options, SearchObserver& observer);

}  // namespace nascent
