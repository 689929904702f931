#include "nascent/search/search_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <variant>

#include "nascent/core/error.h"
#include "search/coordinator.h"
#include "search/search_session.h"
#include "search/timed.h"
#include "search/trial_result.h"

namespace nascent {
namespace {

constexpr double kLongestWait = 0.1;          ///< between looks at the clock, the interrupt and the observer
constexpr std::int64_t kHopelessTrials = 20;  ///< failed ones, when none has ever succeeded

class SearchLoop {
 public:
  SearchLoop(const StudyRecord& study, Coordinator& coordinator, Scheduler& scheduler, Executor& executor,
             const PayloadOf& payload_of, const SearchLoopOptions& options, SearchObserver& observer)
      : objectives_(study.objectives),
        coordinator_(coordinator),
        scheduler_(scheduler),
        executor_(executor),
        payload_of_(payload_of),
        options_(options),
        observer_(observer),
        earlier_seconds_(coordinator.last_seconds()) {
    coordinator_.limit(options.max_trials);
  }

  SearchSummary run() {
    const double strategy_before = coordinator_.strategy_seconds();
    const double store_before = coordinator_.store_seconds();
    try {
      search();
    } catch (...) {
      abandon();
      throw;
    }
    summary_.strategy_seconds = coordinator_.strategy_seconds() - strategy_before;
    summary_.store_seconds = coordinator_.store_seconds() - store_before;
    return std::move(summary_);
  }

 private:
  void search() {
    for (;;) {
      tick();
      if (cut_reason_.empty()) cut_if_it_is_time();
      while (why_nothing_starts().empty() && told_.size() < most_at_a_time()) {
        if (!start_next()) break;
      }
      if (told_.empty() && !(coordinator_.waits() && why_nothing_starts().empty())) break;
      handle_next_event();
    }
    summary_.ended_because = why_it_ended();
  }

  void tick() {
    if (ticked_ && since_tick_.seconds() < kLongestWait) return;
    ticked_ = true;
    since_tick_ = {};
    coordinator_.follow();
    cancel_what_was_taken_over();
    observer_.tick();
  }

  /// Another coordinator took this one for dead. What it works on now is no use to anybody.
  void cancel_what_was_taken_over() {
    for (const auto& [number, reason] : told_) {
      if (coordinator_.running(number) == nullptr) executor_.cancel(number, Deadline::in(options_.grace_seconds));
    }
  }

  /// Deadline and interrupt: nothing more is started, and what runs is asked to stop and later killed.
  void cut_if_it_is_time() {
    const bool interrupted = options_.interrupted && options_.interrupted();
    if (!interrupted && !options_.deadline.passed()) return;
    cut_reason_ = interrupted ? kInterrupted : kTimeWasUp;
    const Deadline kill_at =
        interrupted ? earlier(Deadline::in(options_.grace_seconds), hard_deadline()) : hard_deadline();
    for (auto& [number, told] : told_) {
      if (told.empty()) told = cut_reason_;
      executor_.cancel(number, kill_at);
    }
  }

  /// Empty as long as trials may be started; otherwise the reason, which is the search's end once nothing runs.
  std::string why_nothing_starts() const {
    if (cut_reason_ == kTimeWasUp) return "the time is up";
    if (!cut_reason_.empty()) return cut_reason_;
    if (options_.deadline.remaining() < options_.least_seconds) return std::string("the time is up");
    if (!coordinator_.any_succeeded() && failed_ >= kHopelessTrials) {
      return fmt::format("{} trials failed and none succeeded; the last: {}", failed_, last_failure_);
    }
    return "";
  }

  std::string why_it_ended() const {
    if (cut_reason_.empty() && coordinator_.is_full()) return fmt::format("{} trials are done", options_.max_trials);
    if (cut_reason_.empty() && !too_long_.empty()) return too_long_;
    const std::string reason = why_nothing_starts();
    return reason.empty() && coordinator_.exhausted() ? "the space is exhausted" : reason;
  }

  std::size_t most_at_a_time() const {
    const std::size_t slots = executor_.slots();
    return options_.max_in_flight == 0 ? slots : std::min(slots, options_.max_in_flight);
  }

  Deadline hard_deadline() const { return Deadline::at(options_.deadline.clock_seconds() + options_.grace_seconds); }

  double now() const { return earlier_seconds_ + stopwatch_.seconds(); }

  /// False when nothing can be started now.
  bool start_next() {
    if (executor_.free_slots() == 0) return false;  // a job of an earlier user of this executor
    Json payload;
    const std::optional<Trial> trial = coordinator_.start(now(), [&](const Trial& next) {
      if (options_.deadline.passed()) return false;  // the strategy took its time; its proposal can be had again
      if (takes_too_long(next)) return false;
      payload = payload_of_(next);
      return true;
    });
    if (!trial) return false;
    told_.emplace(trial->number, "");
    observer_.trial_started(*trial);
    executor_.submit({.id = trial->number,
                      .payload = std::move(payload),
                      .soft_deadline = options_.deadline,
                      .hard_deadline = hard_deadline()});
    return true;
  }

  /// Whether a trial could not end before the deadline. The strategy is asked again when another one has ended.
  bool takes_too_long(const Trial& trial) {
    too_long_.clear();
    if (!options_.deadline.exists() || !options_.seconds_needed) return false;
    const double needed = options_.seconds_needed(trial);
    const double left = options_.deadline.remaining();
    if (needed <= left) return false;
    too_long_ = fmt::format("the next trial takes at least {:.1f} s, and {:.1f} s are left", needed, left);
    return true;
  }

  void handle_next_event() {
    std::optional<ExecutorEvent> event;
    {
      const Timed timed(summary_.waiting_seconds);
      // Once the deadline has passed, only the executor's own clock matters.
      const double left = cut_reason_.empty() ? options_.deadline.remaining() : kLongestWait;
      event = executor_.wait(std::clamp(left, 0.0, kLongestWait));
    }
    if (!event) return;
    if (auto* reported = std::get_if<JobReported>(&*event)) {
      handle(*reported);
    } else {
      handle(std::get<JobEnded>(*event));
    }
  }

  void handle(const JobReported& reported) {
    const auto told = told_.find(reported.id);
    if (told == told_.end()) return executor_.answer(reported.id, false);
    if (!coordinator_.report(reported.id, reported.report)) return executor_.answer(reported.id, false);  // taken over
    const Trial& trial = *coordinator_.running(reported.id);
    observer_.trial_reported(trial, reported.report);
    if (told->second.empty()) told->second = why_to_stop(trial, objectives_, scheduler_);
    executor_.answer(trial.number, told->second.empty());
  }

  void handle(const JobEnded& ended) {
    const auto told = told_.find(ended.id);
    if (told == told_.end()) return;
    const std::string why_told = std::move(told->second);
    told_.erase(told);
    const Trial* running = coordinator_.running(ended.id);
    if (running == nullptr) return;  // taken over by another coordinator
    Trial trial = *running;
    conclude(trial, ended.outcome, objectives_, why_told);
    trial.cost_seconds = now() - trial.started_seconds;
    if (!coordinator_.finish(trial)) return;
    observer_.trial_finished(trial);
    if (trial.state != TrialState::kFailed || was_cut_off(trial)) return;
    ++failed_;
    last_failure_ = trial.reason;
  }

  /// After an exception: the jobs under way are cancelled and get the grace time to end.
  void abandon() noexcept {
    try {
      const Deadline kill_at = Deadline::in(options_.grace_seconds);
      for (const auto& [number, told] : told_) {
        executor_.cancel(number, kill_at);
        executor_.answer(number, false);  // it may be its report that could not be recorded
      }
      const Deadline patience = Deadline::in(options_.grace_seconds + 1.0);
      while (!told_.empty() && !patience.passed()) {
        const auto event = executor_.wait(kLongestWait);
        if (!event) continue;
        if (const auto* reported = std::get_if<JobReported>(&*event)) {
          executor_.answer(reported->id, false);
        } else {
          told_.erase(std::get<JobEnded>(*event).id);
        }
      }
    } catch (...) {
      // The executor is what failed; the first exception tells more than this one.
    }
  }

  const std::vector<Objective>& objectives_;
  Coordinator& coordinator_;
  Scheduler& scheduler_;
  Executor& executor_;
  const PayloadOf& payload_of_;
  const SearchLoopOptions& options_;
  SearchObserver& observer_;
  SearchSummary summary_;
  Stopwatch stopwatch_;
  Stopwatch since_tick_;
  bool ticked_ = false;

  std::string too_long_;                      ///< why the last proposal was not started
  std::map<std::int64_t, std::string> told_;  ///< our jobs, and why each was told to stop
  std::int64_t failed_ = 0;                   ///< of this session
  std::string last_failure_;
  std::string cut_reason_;  ///< set once the deadline or an interrupt has come
  double earlier_seconds_ = 0.0;
};

}  // namespace

SearchSummary run_search(const StudyRecord& study, Coordinator& coordinator, Scheduler& scheduler, Executor& executor,
                         const PayloadOf& payload_of, const SearchLoopOptions& options, SearchObserver& observer) {
  return SearchLoop(study, coordinator, scheduler, executor, payload_of, options, observer).run();
}

SearchSummary run_search(TrialStore& store, SearchStrategy& strategy, Scheduler& scheduler, Executor& executor,
                         const PayloadOf& payload_of, const SearchLoopOptions& options, SearchObserver& observer) {
  if (store.study().objectives.empty()) throw InternalError("a study without an objective cannot be searched");
  Coordinator coordinator(store, strategy, scheduler, {.first = options.first});
  return run_search(store.study(), coordinator, scheduler, executor, payload_of, options, observer);
}

}  // namespace nascent
