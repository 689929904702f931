#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nascent/estimation/scheduler_registry.h"

/// What tests of schedulers share: trials without an evaluation behind them.
namespace nascent::testing {

inline Configuration numbered(std::int64_t number) {
  Configuration configuration;
  configuration.set("n", number);
  return configuration;
}

/// A trial of the configuration `number` that has begun. An amount of 0 stands for the full evaluation.
inline Trial begun(std::int64_t number, double epochs, std::optional<std::int64_t> continues = {}) {
  Trial trial;
  trial.number = number;
  trial.configuration = numbered(number);
  if (epochs > 0.0) trial.fidelity["epochs"] = epochs;
  trial.continues = continues;
  return trial;
}

inline Trial ended(Trial trial, double loss) {
  trial.state = TrialState::kComplete;
  trial.metrics = {{"loss", loss}};
  return trial;
}

inline Trial failed(Trial trial) {
  trial.state = TrialState::kFailed;
  trial.reason = "out of memory";
  return trial;
}

inline constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

/// The loss, no constraints, from 1 to `most` epochs.
inline SchedulerSetup setup_for(double most) { return {.objectives = {{"loss", false}}, .most = most}; }

/// The loss, the size and, at most 10, the latency.
inline SchedulerSetup setup_of_three(double most) {
  SchedulerSetup setup = setup_for(most);
  setup.objectives.push_back({"size", false});
  setup.constraints = {{.metric = "latency", .bound = 10}};
  return setup;
}

inline Trial ended_three(Trial trial, double loss, double size, double latency) {
  trial = ended(std::move(trial), loss);
  trial.metrics["size"] = size;
  trial.metrics["latency"] = latency;
  return trial;
}

/// Four trials on the lowest rung of a `setup_of_three`: 0 is too slow, and 3 is to be dominated. 1 and 2 must go on,
/// and no other.
inline void expect_promotes_by_fronts(Scheduler& scheduler, double loss_of_3, double size_of_3) {
  scheduler.observe(ended_three(begun(0, 1), 0.1, 1, 20));
  scheduler.observe(ended_three(begun(1, 1), 0.2, 8, 5));
  scheduler.observe(ended_three(begun(2, 1), 0.5, 5, 5));
  scheduler.observe(ended_three(begun(3, 1), loss_of_3, size_of_3, 5));
  std::vector<Trial> running;
  for (const std::int64_t expected : {1, 2}) {
    const Assignment assignment = scheduler.next(running, true);
    ASSERT_EQ(assignment.continues, expected);
    running.push_back(begun(10 + expected, 2, expected));
  }
  EXPECT_EQ(scheduler.next(running, true).kind, Assignment::Kind::kStart);
}

}  // namespace nascent::testing
