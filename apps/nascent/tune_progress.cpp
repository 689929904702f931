#include "tune_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "automl/description.h"
#include "nascent/core/quantity.h"

namespace nascent::app {

namespace {

/// "9 epochs; ", or nothing.
std::string amount_text(const Fidelity& fidelity) {
  std::string text;
  for (const auto& [axis, amount] : fidelity) text += fmt::format("{} {}; ", format_number(amount), axis);
  return text;
}

}  // namespace

TuneProgress::TuneProgress(FitObserver& view, const StudyRecord& study, const Scheduler& scheduler,
                           const std::vector<Trial>& earlier, std::optional<double> seconds,
                           std::optional<std::int64_t> trials)
    : view_(view), study_(study), scheduler_(scheduler), costs_(study.space) {
  progress_.phase = "searching";
  progress_.metric = study.objectives.front().metric;
  progress_.total_seconds = seconds;
  progress_.total_trials = trials;
  for (const Trial& trial : earlier) {
    if (is_finished(trial.state)) count(trial);
  }
}

void TuneProgress::count(const Trial& trial) {
  costs_.observe(trial);
  if (trial.state == TrialState::kFailed) {
    if (!trial.reason.empty() && trial.reason != kInterrupted && trial.reason != kTimeWasUp) ++progress_.failed;
    return;
  }
  if (!trial.continues) ++progress_.done;
  const StrategySetup setup{.space = study_.space, .objectives = study_.objectives, .constraints = study_.constraints};
  Outcome outcome = outcome_of(trial, setup);
  if (!outcome.feasible() || (best_ && !ranks_before(outcome, *best_))) return;
  best_ = std::move(outcome);
  progress_.best_score = trial.metrics.at(study_.objectives.front().metric);
  progress_.best_description = amount_text(trial.fidelity) + describe(trial.configuration);
}

void TuneProgress::trial_started(const Trial& trial) {
  running_.push_back({trial.number, amount_text(trial.fidelity) + describe(trial.configuration), ""});
}

void TuneProgress::trial_reported(const Trial& trial, const Report& report) {
  for (Running& running : running_) {
    const auto value = report.metrics.find(progress_.metric);
    if (running.number != trial.number || value == report.metrics.end()) continue;
    running.last_report = fmt::format("step {}: {}; ", report.step, format_number(value->second));
  }
}

void TuneProgress::trial_finished(const Trial& trial) {
  std::erase_if(running_, [&](const Running& running) { return running.number == trial.number; });
  count(trial);
  const std::string notice = scheduler_.notice();
  if (notice != notice_) view_.note(notice);
  notice_ = notice;
}

void TuneProgress::tick() {
  progress_.elapsed_seconds = since_.seconds();
  progress_.running = static_cast<std::int64_t>(running_.size());
  progress_.running_descriptions.clear();
  for (const Running& running : running_) {
    progress_.running_descriptions.push_back(
        fmt::format("trial {}: {}{}", running.number, running.last_report, running.description));
  }
  view_.progress(progress_);
}

}  // namespace nascent::app
