#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

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

}  // namespace nascent::testing
