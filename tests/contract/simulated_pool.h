#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nascent/estimation/scheduler_registry.h"

/// A scheduler at work without a clock, a store or threads: simulated workers train made-up learning curves.
namespace nascent::testing {

/// What training the configuration `n` would show.
struct Curve {
  double loss_at_first = 1.0;  ///< after no step
  double loss_at_last = 0.1;   ///< after very many
  double steps_to_learn = 3.0;
  double seconds_per_step = 1.0;
  int fails_at = 0;  ///< a step; 0: never
  int nan_from = 0;  ///< a step from which the loss is no number; 0: never

  double loss(std::int64_t step) const {
    if (nan_from > 0 && step >= nan_from) return std::numeric_limits<double>::quiet_NaN();
    return loss_at_last + (loss_at_first - loss_at_last) * std::exp(-static_cast<double>(step) / steps_to_learn);
  }
};

/// Any number of workers on a fake clock. Trials are handed out as a search would: a new configuration is the next one
/// that has not been begun. Events at the same moment come in the order of the trials' numbers, so a run is a function
/// of its arguments.
class SimulatedPool {
 public:
  SimulatedPool(const SchedulerSetup& setup, std::vector<Curve> curves, std::size_t workers)
      : setup_(setup), curves_(std::move(curves)), workers_(workers) {}

  /// Works until the scheduler has nothing more, or until `stop_after` reports were made in all; then the trials that
  /// run are lost. Goes on where it was stopped when it is called again, with the lost ones first. False for a
  /// scheduler that waits while nothing runs.
  bool run(Scheduler& scheduler, std::int64_t stop_after = std::numeric_limits<std::int64_t>::max()) {
    for (;;) {
      if (!hand_out(scheduler)) return false;
      if (running_.empty()) return true;
      if (steps_done_ >= stop_after) break;
      advance(scheduler);
    }
    for (Running& one : running_) lost_.push_back(std::move(one.trial));
    running_.clear();
    return true;
  }

  const std::vector<Trial>& ended() const { return ended_; }  ///< in the order of ends
  std::int64_t steps_done() const { return steps_done_; }
  double seconds() const { return now_; }
  double idle_seconds() const { return idle_; }
  std::int64_t started() const { return started_; }

 private:
  struct Running {
    Trial trial;
    std::int64_t last_step;
    double next_moment;
  };

  std::int64_t configuration_of(const Trial& trial) const { return trial.configuration.integer("n"); }
  const Curve& curve_of(const Trial& trial) const { return curves_[static_cast<std::size_t>(configuration_of(trial))]; }

  std::int64_t steps_of(const Fidelity& fidelity) const {
    const auto amount = fidelity.find(setup_.axis);
    return std::llround(amount == fidelity.end() ? setup_.most : amount->second);
  }

  std::vector<Trial> running_trials() const {
    std::vector<Trial> trials;
    for (const Running& one : running_) {
      trials.push_back(one.trial);
      trials.back().reports.clear();  // as they were started
    }
    return trials;
  }

  void start(Trial trial) {
    trial.number = numbers_++;
    trial.reports.clear();
    std::int64_t done = 0;
    for (const Trial& before : ended_)
      if (trial.continues == before.number) done = steps_of(before.fidelity);
    const double moment = now_ + curve_of(trial).seconds_per_step;
    const std::int64_t last = steps_of(trial.fidelity);
    done_[trial.number] = done;
    running_.push_back({std::move(trial), last, moment});
  }

  bool hand_out(Scheduler& scheduler) {
    while (running_.size() < workers_) {
      if (!lost_.empty()) {
        Trial again = lost_.front();
        lost_.erase(lost_.begin());
        again.retry_of = again.number;
        start(std::move(again));
        continue;
      }
      const std::vector<Trial> running = running_trials();
      const bool more = started_ < static_cast<std::int64_t>(curves_.size());
      const Assignment assignment = scheduler.next(running, more);
      if (assignment.kind == Assignment::Kind::kNothing) return true;
      if (assignment.kind == Assignment::Kind::kWait) return !running_.empty();
      Trial trial;
      trial.fidelity = assignment.fidelity;
      if (assignment.kind == Assignment::Kind::kContinue) {
        trial.continues = assignment.continues;
        trial.configuration = assignment.configuration;
      } else {
        if (!more) return false;
        trial.configuration.set("n", started_++);
      }
      start(std::move(trial));
    }
    return true;
  }

  /// The next report of a running trial, and its end where it was the last.
  void advance(Scheduler& scheduler) {
    const auto next = std::min_element(running_.begin(), running_.end(), [](const Running& a, const Running& b) {
      return std::pair(a.next_moment, a.trial.number) < std::pair(b.next_moment, b.trial.number);
    });
    idle_ += (next->next_moment - now_) * static_cast<double>(workers_ - running_.size());
    now_ = next->next_moment;
    Trial& trial = next->trial;
    const Curve& curve = curve_of(trial);
    const std::int64_t step = ++done_[trial.number];
    ++steps_done_;
    const Metrics metrics{{setup_.objectives.front().metric, setup_.objectives.front().loss(curve.loss(step))}};
    std::optional<TrialState> state;
    if (curve.fails_at > 0 && step >= curve.fails_at) {
      state = TrialState::kFailed;
      trial.reason = "it was made to fail";
    } else {
      trial.reports.push_back({.step = step, .metrics = metrics, .cost_seconds = now_});
      const Decision decision = scheduler.decide(trial);
      if (decision.kind == Decision::Kind::kStop) state = TrialState::kStopped, trial.reason = decision.reason;
      if (step >= next->last_step) state = TrialState::kComplete, trial.reason.clear();
    }
    next->next_moment += curve.seconds_per_step;
    if (!state) return;
    trial.state = *state;
    if (trial.state != TrialState::kFailed) trial.metrics = metrics;
    ended_.push_back(std::move(trial));
    running_.erase(next);
    scheduler.observe(ended_.back());
  }

  SchedulerSetup setup_;
  std::vector<Curve> curves_;
  std::size_t workers_;
  std::vector<Running> running_;
  std::vector<Trial> lost_;
  std::vector<Trial> ended_;
  std::map<std::int64_t, std::int64_t> done_;  ///< steps by trial, with those of the trial it continues
  std::int64_t numbers_ = 0;
  std::int64_t started_ = 0;
  std::int64_t steps_done_ = 0;
  double now_ = 0.0;
  double idle_ = 0.0;
};

}  // namespace nascent::testing
