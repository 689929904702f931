#include "nascent/search/search_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <variant>

#include "nascent/core/error.h"
#include "search/replay.h"
#include "search/trial_result.h"

namespace nascent {
namespace {

constexpr double kLongestWait = 0.1;          ///< between looks at the clock, the interrupt and the observer
constexpr std::int64_t kHopelessTrials = 20;  ///< failed ones, when none has ever succeeded

/// Adds the time until the end of the scope to a sum.
class Timed {
 public:
  explicit Timed(double& sum) : sum_(sum) {}
  ~Timed() { sum_ += stopwatch_.seconds(); }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  double& sum_;
  Stopwatch stopwatch_;
};

class SearchLoop {
 public:
  SearchLoop(TrialStore& store, SearchStrategy& strategy, Scheduler& scheduler, Executor& executor,
             const PayloadOf& payload_of, const SearchLoopOptions& options, SearchObserver& observer)
      : store_(store),
        strategy_(strategy),
        scheduler_(scheduler),
        executor_(executor),
        payload_of_(payload_of),
        options_(options),
        observer_(observer) {
    const StudyRecord& study = store.study();
    if (study.objectives.empty()) throw InternalError("a study without an objective cannot be searched");
    objective_ = study.objectives.front();
    for (const Configuration& configuration : options.first) study.space.validate(configuration);
  }

  SearchSummary run() {
    resume();
    try {
      search();
    } catch (...) {
      abandon();
      throw;
    }
    return std::move(summary_);
  }

 private:
  void resume() {
    Replayed replayed = replay(store_, strategy_, scheduler_, options_.fidelity);
    next_number_ = replayed.next_number;
    counted_ = replayed.counted;
    any_succeeded_ = replayed.any_succeeded;
    earlier_seconds_ = replayed.seconds;
    for (const Trial& trial : replayed.trials) known_.insert(trial.configuration.hash());
    for (Trial& trial : replayed.to_try_again) {
      given_.push_back({{std::move(trial.configuration), trial.parent}, std::move(trial.origin)});
    }
    for (const Configuration& configuration : options_.first) {
      if (known_.insert(configuration.hash()).second) given_.push_back({{configuration, {}}, "first"});
    }
  }

  void search() {
    for (;;) {
      tick();
      if (cut_reason_.empty()) cut_if_it_is_time();
      while (why_nothing_starts().empty() && running_.size() < most_at_a_time()) {
        if (!start_next()) break;
      }
      if (running_.empty()) break;
      handle_next_event();
    }
    summary_.ended_because = why_nothing_starts();
  }

  void tick() {
    if (ticked_ && since_tick_.seconds() < kLongestWait) return;
    ticked_ = true;
    since_tick_ = {};
    observer_.tick();
  }

  /// Deadline and interrupt: nothing more is started, and what runs is asked to stop and later killed.
  void cut_if_it_is_time() {
    const bool interrupted = options_.interrupted && options_.interrupted();
    if (!interrupted && !options_.deadline.passed()) return;
    cut_reason_ = interrupted ? kInterrupted : kTimeWasUp;
    const Deadline kill_at =
        interrupted ? earlier(Deadline::in(options_.grace_seconds), hard_deadline()) : hard_deadline();
    for (Running& running : running_) {
      if (running.told_to_stop_because.empty()) running.told_to_stop_because = cut_reason_;
      executor_.cancel(running.trial.number, kill_at);
    }
  }

  /// Empty as long as trials may be started; otherwise the reason, which is the search's end once nothing runs.
  std::string why_nothing_starts() const {
    if (cut_reason_ == kTimeWasUp) return "the time is up";
    if (!cut_reason_.empty()) return cut_reason_;
    if (options_.max_trials >= 0 && counted_ + static_cast<std::int64_t>(running_.size()) >= options_.max_trials) {
      return fmt::format("{} trials are done", options_.max_trials);
    }
    if (options_.deadline.remaining() < options_.least_seconds) return std::string("the time is up");
    if (exhausted_) return "the space is exhausted";
    if (!any_succeeded_ && failed_ >= kHopelessTrials) {
      return fmt::format("{} trials failed and none succeeded; the last: {}", failed_, last_failure_);
    }
    return "";
  }

  std::size_t most_at_a_time() const {
    const std::size_t slots = executor_.slots();
    return options_.max_in_flight == 0 ? slots : std::min(slots, options_.max_in_flight);
  }

  Deadline hard_deadline() const { return Deadline::at(options_.deadline.clock_seconds() + options_.grace_seconds); }

  double now() const { return earlier_seconds_ + stopwatch_.seconds(); }

  /// False when there is nothing left to try.
  bool start_next() {
    if (executor_.free_slots() == 0) return false;  // a job of an earlier user of this executor
    std::optional<Given> next = next_to_try();
    if (!next) {
      exhausted_ = true;
      return false;
    }
    if (options_.deadline.passed()) return false;  // the strategy took its time; its proposal can be had again
    Trial trial;
    trial.number = next_number_;
    trial.configuration = std::move(next->proposal.configuration);
    trial.parent = next->proposal.parent;
    trial.origin = std::move(next->origin);
    if (options_.fidelity) trial.fidelity = options_.fidelity(trial.configuration);
    trial.started_seconds = now();
    Json payload = payload_of_(trial);
    {
      const Timed timed(summary_.store_seconds);
      if (!store_.create(trial)) throw InternalError("another coordinator works on this study");
    }
    ++next_number_;
    running_.push_back({std::move(trial), ""});
    observer_.trial_started(running_.back().trial);
    executor_.submit({.id = running_.back().trial.number,
                      .payload = std::move(payload),
                      .soft_deadline = options_.deadline,
                      .hard_deadline = hard_deadline()});
    return true;
  }

  /// A trial to be tried before the strategy is asked, or the strategy's own.
  struct Given {
    Proposal proposal;
    std::string origin;
  };

  std::optional<Given> next_to_try() {
    if (!given_.empty()) {
      Given given = std::move(given_.front());
      given_.pop_front();
      return given;
    }
    const Timed timed(summary_.strategy_seconds);
    std::vector<Trial> running;
    running.reserve(running_.size());
    for (const Running& entry : running_) running.push_back(entry.trial);
    std::optional<Proposal> proposal = strategy_.suggest(next_number_, running);
    if (!proposal) return std::nullopt;
    return Given{std::move(*proposal), std::string(strategy_.name())};
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
    const auto running = running_trial(reported.id);
    if (running == running_.end()) return executor_.answer(reported.id, false);
    Trial& trial = running->trial;
    trial.reports.push_back(reported.report);
    {
      const Timed timed(summary_.store_seconds);
      store_.report(trial.number, reported.report);
    }
    observer_.trial_reported(trial, reported.report);
    if (running->told_to_stop_because.empty()) running->told_to_stop_because = why_to_stop(trial);
    executor_.answer(trial.number, running->told_to_stop_because.empty());
  }

  std::string why_to_stop(const Trial& trial) {
    const Report& report = trial.reports.back();
    const auto value = report.metrics.find(objective_.metric);
    if (value != report.metrics.end()) {
      const std::string flaw = not_finite(value->second);
      if (!flaw.empty()) return fmt::format("{} was {} at step {}", objective_.metric, flaw, report.step);
    }
    Decision decision = scheduler_.decide(trial);
    if (decision.kind == Decision::Kind::kContinue) return "";
    return decision.reason.empty() ? fmt::format("stopped by \"{}\"", scheduler_.name()) : std::move(decision.reason);
  }

  void handle(const JobEnded& ended) {
    const auto running = running_trial(ended.id);
    if (running == running_.end()) return;
    Trial trial = std::move(running->trial);
    conclude(trial, ended.outcome, objective_, running->told_to_stop_because);
    running_.erase(running);
    trial.cost_seconds = now() - trial.started_seconds;
    {
      const Timed timed(summary_.store_seconds);
      store_.finish(trial);
    }
    observer_.trial_finished(trial);
    if (was_cut_off(trial)) return;
    ++counted_;
    if (trial.state == TrialState::kFailed) {
      ++failed_;
      last_failure_ = trial.reason;
    } else {
      any_succeeded_ = true;
    }
    const Timed timed(summary_.strategy_seconds);
    strategy_.observe(trial);
    scheduler_.observe(trial);
  }

  /// After an exception: the jobs under way are cancelled and get the grace time to end.
  void abandon() noexcept {
    try {
      const Deadline kill_at = Deadline::in(options_.grace_seconds);
      for (const Running& running : running_) {
        executor_.cancel(running.trial.number, kill_at);
        executor_.answer(running.trial.number, false);  // it may be its report that could not be recorded
      }
      const Deadline patience = Deadline::in(options_.grace_seconds + 1.0);
      while (!running_.empty() && !patience.passed()) {
        const auto event = executor_.wait(kLongestWait);
        if (!event) continue;
        if (const auto* reported = std::get_if<JobReported>(&*event)) {
          executor_.answer(reported->id, false);
        } else {
          const auto running = running_trial(std::get<JobEnded>(*event).id);
          if (running != running_.end()) running_.erase(running);
        }
      }
    } catch (...) {
      // The executor is what failed; the first exception tells more than this one.
    }
  }

  struct Running {
    Trial trial;
    std::string told_to_stop_because;
  };

  std::vector<Running>::iterator running_trial(std::int64_t number) {
    return std::ranges::find_if(running_, [&](const Running& running) { return running.trial.number == number; });
  }

  TrialStore& store_;
  SearchStrategy& strategy_;
  Scheduler& scheduler_;
  Executor& executor_;
  const PayloadOf& payload_of_;
  const SearchLoopOptions& options_;
  SearchObserver& observer_;
  Objective objective_;
  SearchSummary summary_;
  Stopwatch stopwatch_;
  Stopwatch since_tick_;
  bool ticked_ = false;

  std::vector<Running> running_;
  std::deque<Given> given_;
  std::set<std::uint64_t> known_;  ///< configurations in the record or given, by hash
  std::int64_t next_number_ = 0;
  std::int64_t counted_ = 0;  ///< finished trials of the study that count
  std::int64_t failed_ = 0;   ///< of this session
  std::string last_failure_;
  bool any_succeeded_ = false;
  bool exhausted_ = false;
  std::string cut_reason_;  ///< set once the deadline or an interrupt has come
  double earlier_seconds_ = 0.0;
};

}  // namespace

SearchSummary run_search(TrialStore& store, SearchStrategy& strategy, Scheduler& scheduler, Executor& executor,
                         const PayloadOf& payload_of, const SearchLoopOptions& options, SearchObserver& observer) {
  return SearchLoop(store, strategy, scheduler, executor, payload_of, options, observer).run();
}

}  // namespace nascent
