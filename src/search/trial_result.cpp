#include "search/trial_result.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>
#include <ranges>

#include "nascent/execution/executor.h"
#include "nascent/search/search_loop.h"

namespace nascent {
namespace {

bool is_cut(std::string_view reason) { return reason == kTimeWasUp || reason == kInterrupted; }

void fail(Trial& trial, std::string reason) {
  trial.state = TrialState::kFailed;
  trial.metrics.clear();
  trial.reason = std::move(reason);
}

/// The metrics of a result. JSON text has no NaN: a null stands for it.
Metrics metrics_of(const Json& result) {
  Metrics metrics;
  if (!result.is_object() || !result.contains("metrics") || !result["metrics"].is_object()) return metrics;
  for (const auto& [name, value] : result["metrics"].items()) {
    if (value.is_number()) metrics[name] = value.get<double>();
    if (value.is_null()) metrics[name] = std::numeric_limits<double>::quiet_NaN();
  }
  return metrics;
}

/// The last report's metrics, for a job that was stopped before it had a result of its own.
Metrics last_reported(const Trial& trial, const Objective& objective) {
  for (const Report& report : trial.reports | std::views::reverse) {
    const auto found = report.metrics.find(objective.metric);
    if (found != report.metrics.end() && std::isfinite(found->second)) return report.metrics;
  }
  return {};
}

bool last_is_finite(const Trial& trial, const Objective& objective) {
  if (trial.reports.empty()) return false;
  const auto found = trial.reports.back().metrics.find(objective.metric);
  return found != trial.reports.back().metrics.end() && std::isfinite(found->second);
}

std::string what_is_missing(const Metrics& metrics, const Objective& objective) {
  if (metrics.empty()) return "the result holds no metrics";
  std::string names;
  for (const auto& [name, value] : metrics) names += (names.empty() ? "" : ", ") + name;
  return fmt::format("the result lacks the metric \"{}\"; it has {}", objective.metric, names);
}

void conclude_result(Trial& trial, const JobOutcome& outcome, const std::vector<Objective>& objectives,
                     const std::string& stopped) {
  Metrics metrics = metrics_of(outcome.result);
  if (!metrics.contains(objectives.front().metric) && !stopped.empty()) {
    metrics = last_reported(trial, objectives.front());
  }
  for (const Objective& objective : objectives) {
    const auto found = metrics.find(objective.metric);
    if (found != metrics.end() && std::isfinite(found->second)) continue;
    if (!stopped.empty() && &objective != &objectives.front()) continue;
    if (found == metrics.end()) return fail(trial, stopped.empty() ? what_is_missing(metrics, objective) : stopped);
    const std::string what =
        objectives.size() == 1 ? "the result" : fmt::format("the result's \"{}\"", objective.metric);
    const std::string flaw = fmt::format("{} is {}", what, not_finite(found->second));
    return fail(trial, stopped.empty() || is_cut(stopped) ? flaw : stopped);
  }
  std::erase_if(metrics, [](const auto& entry) { return !std::isfinite(entry.second); });
  trial.state = stopped.empty() ? TrialState::kComplete : TrialState::kStopped;
  trial.metrics = std::move(metrics);
  trial.reason = stopped;
}

}  // namespace

std::string not_finite(double value) {
  if (std::isnan(value)) return "NaN";
  return std::isinf(value) ? "infinite" : "";
}

std::string why_to_stop(const Trial& trial, const std::vector<Objective>& objectives, Scheduler& scheduler) {
  const Report& report = trial.reports.back();
  for (const Objective& objective : objectives) {
    const auto value = report.metrics.find(objective.metric);
    if (value == report.metrics.end()) continue;
    const std::string flaw = not_finite(value->second);
    if (!flaw.empty()) return fmt::format("{} was {} at step {}", objective.metric, flaw, report.step);
  }
  Decision decision = scheduler.decide(trial);
  if (decision.kind == Decision::Kind::kContinue) return "";
  return decision.reason.empty() ? fmt::format("stopped by \"{}\"", scheduler.name()) : std::move(decision.reason);
}

void conclude(Trial& trial, const JobOutcome& outcome, const std::vector<Objective>& objectives,
              const std::string& told_to_stop_because) {
  const std::string why_told = told_to_stop_because.empty() ? std::string(kTimeWasUp) : told_to_stop_because;
  switch (outcome.kind) {
    case JobOutcome::Kind::kCrashed:
      return fail(trial, outcome.reason == kKilledAtDeadline ? why_told : outcome.reason);
    case JobOutcome::Kind::kFailed:
      // A job that is stopped before it has anything to return may say so with an exception.
      if (outcome.asked_to_stop && is_cut(why_told)) return fail(trial, why_told);
      if (!outcome.asked_to_stop || !last_is_finite(trial, objectives.front())) return fail(trial, outcome.reason);
      return conclude_result(trial, outcome, objectives, why_told);
    case JobOutcome::Kind::kDone:
      break;
  }
  if (outcome.result.is_object()) {
    trial.details = outcome.result.value("details", Json());
    if (outcome.result.contains("failed")) return fail(trial, outcome.result["failed"].get<std::string>());
  }
  std::string stopped;
  if (outcome.asked_to_stop) {
    stopped = why_told;
  } else if (outcome.result.is_object() && outcome.result.contains("stopped") &&
             outcome.result["stopped"].is_string()) {
    stopped = outcome.result["stopped"];
  }
  conclude_result(trial, outcome, objectives, stopped);
}

}  // namespace nascent
