#pragma once

#include <stdexcept>
#include <utility>
#include <variant>

#include "nascent/execution/executor.h"

/// An executor's events one by one, as tests expect them.
namespace nascent::testing {

/// Long enough for any machine; a test that waits so long has failed.
inline constexpr double kForever = 60.0;

inline JobReported next_report(Executor& executor) {
  auto event = executor.wait(kForever);
  if (!event || !std::holds_alternative<JobReported>(*event)) throw std::runtime_error("no report came");
  return std::get<JobReported>(std::move(*event));
}

inline JobEnded next_end(Executor& executor) {
  auto event = executor.wait(kForever);
  if (!event || !std::holds_alternative<JobEnded>(*event)) throw std::runtime_error("no end came");
  return std::get<JobEnded>(std::move(*event));
}

inline JobOutcome run_alone(Executor& executor, Json payload, std::int64_t id = 1) {
  executor.submit({.id = id, .payload = std::move(payload), .soft_deadline = {}, .hard_deadline = {}});
  return next_end(executor).outcome;
}

inline Job job_of(std::int64_t id, Json payload) {
  return {.id = id, .payload = std::move(payload), .soft_deadline = {}, .hard_deadline = {}};
}

}  // namespace nascent::testing
