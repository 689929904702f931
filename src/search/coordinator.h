#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "nascent/core/deadline.h"
#include "nascent/estimation/scheduler.h"
#include "nascent/strategy/search_strategy.h"
#include "nascent/trial/trial_store.h"

namespace nascent {

/// The origin of trials whose results were known before the search (`Study::add`). They do not count as its work.
inline constexpr std::string_view kKnownOrigin = "known";

struct CoordinatorOptions {
  std::vector<Configuration> first = {};  ///< tried before the strategy is asked, in this order, none twice
};

/// One session's hand in a study: starts trials, records what becomes of them, and lets strategy and scheduler learn
/// from them and from those of other coordinators that work on the same study. Knows no executor and no model.
///
/// Everybody learns in the order in which trials ended, which the record keeps: so a session that resumes a study, and
/// another coordinator, come to the same strategy. Only trials at fidelities that the scheduler uses count.
///
/// Trials that were cut off without a result (their coordinator died, or the time was up) are started anew before
/// anything else, at most twice; after that they count as failed. The cost of a step does not grow with the record.
class Coordinator {
 public:
  /// Replays the record. All must outlive the coordinator.
  Coordinator(TrialStore& store, SearchStrategy& strategy, Scheduler& scheduler, CoordinatorOptions options);

  /// Learns what other coordinators have done, takes over what the dead have left, says that this one lives. Cheap when
  /// there is nothing new: call it often.
  void follow();

  /// How many finished and running trials of the whole study there may be, without those that continue others; -1 for
  /// no limit.
  void limit(std::int64_t max_trials) { max_trials_ = max_trials; }
  bool is_full() const;
  /// Set once the strategy had nothing more to propose.
  bool exhausted() const { return exhausted_; }

  /// Asked with the trial before it is recorded, maybe more than once with another number; false: do not start it.
  using Prepare = std::function<bool(const Trial&)>;
  /// Records the next trial and returns it; nothing when the study is full or the space exhausted, when the scheduler
  /// has nothing for now, or `prepare` says no. `seconds` is the study's clock.
  std::optional<Trial> start(double seconds, const Prepare& prepare);
  /// Whether the last `start` found nothing because the scheduler waits for trials that run, here or elsewhere.
  bool waits() const { return waits_ && !running_.empty(); }

  /// A trial of this session that runs; null if there is none of this number.
  const Trial* running(std::int64_t number) const;
  /// False if the trial was taken over by another coordinator, because this one seemed dead.
  bool report(std::int64_t number, const Report& report);
  /// Records the end of a trial of this session. False, and the result is lost, if it was taken over.
  bool finish(const Trial& trial);
  /// Records a result that is known from elsewhere. The trial's number is given to it.
  void add(Trial trial);

  /// Finished trials that count: all but those that were cut off, known before, or continue others.
  std::int64_t counted() const { return counted_; }
  bool any_succeeded() const { return any_succeeded_; }
  double last_seconds() const { return last_seconds_; }  ///< how far the study's clock had come in the record
  double strategy_seconds() const { return strategy_seconds_; }
  double store_seconds() const { return store_seconds_; }

 private:
  struct Next {
    Proposal proposal;
    std::string origin;
    Fidelity fidelity = {};
    std::optional<std::int64_t> retry_of = {};
    std::optional<std::int64_t> continues = {};
  };

  void read_news();
  void take_over_from_the_dead();
  void put_back(std::int64_t number);
  bool is_ours(const Trial& trial) const;
  void learn_of(const Trial& trial);
  void learn_running(Trial trial);
  void learn_ended(const Trial& trial);
  int attempt_of(const Trial& trial) const;
  std::optional<Next> next_to_try();
  std::optional<Next> next_new(const Fidelity& fidelity);
  std::vector<Trial>::iterator find_running(std::int64_t number);

  TrialStore& store_;
  SearchStrategy& strategy_;
  Scheduler& scheduler_;
  CoordinatorOptions options_;
  std::int64_t max_trials_ = -1;

  std::vector<Trial> running_;    ///< of all coordinators, as they were started
  std::set<std::int64_t> mine_;   ///< those of this session
  std::int64_t next_number_ = 0;  ///< trials below it have been learned of
  std::int64_t ended_ = 0;        ///< how many ends have been learned
  bool news_of_our_own_ = true;   ///< the record has changed in a way that `running_` does not know yet
  std::map<std::int64_t, Trial> to_try_again_;
  std::map<std::int64_t, int> attempts_;  ///< how often the work of a cut off trial has been begun, with this one
  std::set<std::int64_t> retried_;        ///< trials that another one tries again
  std::deque<std::pair<std::uint64_t, Configuration>> first_;  ///< by hash; those not begun yet
  bool proposal_waits_ = false;                                ///< the strategy has proposed what is not recorded yet
  std::set<std::uint64_t> keys_of_news_;                       ///< what others have started since then

  std::int64_t counted_ = 0;
  bool any_succeeded_ = false;
  bool exhausted_ = false;
  bool waits_ = false;
  double last_seconds_ = 0.0;
  double strategy_seconds_ = 0.0;
  double store_seconds_ = 0.0;
  Stopwatch since_look_at_holders_;
};

}  // namespace nascent
