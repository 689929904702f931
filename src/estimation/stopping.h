#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "estimation/schedulers.h"

namespace nascent {

/// Base of the schedulers that start every configuration with the full evaluation and stop it on its way, by what it
/// reports.
class StoppingScheduler : public Scheduler {
 public:
  explicit StoppingScheduler(const SchedulerSetup& setup) : setup_(setup) {}

  Assignment next(std::span<const Trial>, bool more) final {
    return {.kind = more ? Assignment::Kind::kStart : Assignment::Kind::kNothing, .fidelity = setup_.full};
  }
  bool uses(const Fidelity& fidelity) const final { return fidelity == setup_.full; }
  Decision decide(const Trial& trial) final;
  void observe(const Trial& trial) final;
  std::string why_no_more(const Trial& trial) const final {
    return trial.state == TrialState::kStopped ? trial.reason : "";
  }

 protected:
  /// Asked once for each report, `trial.reports.back()`, unless nothing is left to be saved after it.
  virtual Decision judge(const Trial& trial) = 0;
  virtual void learn(const Trial& trial) = 0;

  const SchedulerSetup& setup() const { return setup_; }
  /// To stop a trial after its newest report: "stopped at epoch 3 of 20: " and why.
  Decision stop(const Trial& trial, const std::string& why) const;
  /// Where the newest report lacks an objective, or has one that is no number.
  Decision stop_without_result(const Trial& trial) const { return stop(trial, "without a usable result"); }

 private:
  SchedulerSetup setup_;
  std::map<std::int64_t, std::pair<std::size_t, Decision>> answers_;  ///< by running trial: after so many reports, this
};

}  // namespace nascent
