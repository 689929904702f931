#include "estimation/curve_scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "estimation/rungs.h"
#include "estimation/schedulers.h"
#include "nascent/core/error.h"
#include "nascent/core/quantity.h"
#include "nascent/core/random.h"

namespace nascent {
namespace {

LearningCurve curve_of(const std::map<double, double>& points) {
  LearningCurve curve;
  for (const auto& [step, value] : points) {
    curve.steps.push_back(step);
    curve.values.push_back(value);
  }
  return curve;
}

}  // namespace

CurveScheduler::CurveScheduler(const SchedulerSetup& setup)
    : setup_(setup),
      ladder_(Ladder::upwards(setup, "curve")),
      extrapolation_(setup.most, setup.objectives.front().maximize) {}

/// Drawn from the configuration, so that a replay and a second attempt at a trial are treated the same.
bool CurveScheduler::is_control(const Configuration& configuration) const {
  return Random(setup_.seed, configuration.hash()).chance(setup_.option("control"));
}

/// The curve of a trial's configuration, with what the trials that it continues reported.
std::map<double, double> CurveScheduler::points_with(const Trial& trial) const {
  std::map<double, double> points;
  if (trial.continues) {
    const auto earlier = candidate_of_.find(*trial.continues);
    if (earlier != candidate_of_.end()) points = candidates_[earlier->second].points;
  }
  if (!setup_.reports_on_axis) return points;
  for (const Report& report : trial.reports) {
    const auto value = report.metrics.find(setup_.objectives.front().metric);
    if (report.step > 0 && value != report.metrics.end()) points[static_cast<double>(report.step)] = value->second;
  }
  return points;
}

/// "predicted 0.871 ± 0.006, best 0.914".
std::string CurveScheduler::predicted(const FinalValue& value) const {
  if (!value.known()) return "no usable value";
  const double deviation = value.deviation();
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(deviation))), 0, 9);
  const std::string text = fmt::format("predicted {:.{}f} ± {:.{}f}", value.mean(), decimals, deviation, decimals);
  return best_ ? text + fmt::format(", best {:.4g}", *best_) : text;
}

double CurveScheduler::chance(const Candidate& candidate, double bound) const {
  return candidate.learnt ? extrapolation_.predict(*candidate.learnt).chance_better(bound) : 0.0;
}

/// What a candidate has to beat: the best result or, before there is one, the best median among the paused.
std::optional<double> CurveScheduler::bound_of(const std::vector<Candidate*>& paused) const {
  if (best_) return best_;
  std::optional<double> best;
  for (const Candidate* candidate : paused) {
    if (!candidate->learnt) continue;
    const double median = extrapolation_.predict(*candidate->learnt).quantile(0.5);
    if (std::isfinite(median) && (!best || setup_.objectives.front().better(median, *best))) best = median;
  }
  return best;
}

Assignment CurveScheduler::continuation(const Candidate& candidate, std::size_t rung) const {
  return {.kind = Assignment::Kind::kContinue,
          .fidelity = ladder_.fidelity(rung),
          .continues = candidate.last,
          .configuration = candidate.configuration};
}

Assignment CurveScheduler::next(std::span<const Trial> running, bool more) {
  std::set<std::int64_t> under_way;
  std::size_t started = candidates_.size();
  std::size_t going_on = 0;
  for (const Trial& trial : running) {
    if (!uses(trial.fidelity)) continue;
    if (trial.continues) {
      under_way.insert(*trial.continues);
      ++going_on;
    } else {
      ++started;
    }
  }
  std::vector<Candidate*> paused;
  for (Candidate& candidate : candidates_) {
    if (candidate.state == Candidate::State::kPaused && !under_way.contains(candidate.last))
      paused.push_back(&candidate);
  }
  const bool wide_enough =
      static_cast<double>(started) >= setup_.option("looks") * static_cast<double>(finished_ + going_on + 1);
  if (wide_enough || !more) {
    const std::optional<double> bound = bound_of(paused);
    Candidate* most_likely = nullptr;
    double most = -1;
    for (Candidate* candidate : paused) {
      const double likely = bound ? chance(*candidate, *bound) : 0.0;
      if (likely > most) {
        most = likely;
        most_likely = candidate;
      }
      const bool doomed = best_ && candidate->learnt && likely < setup_.option("chance");
      if (doomed && is_control(candidate->configuration)) return continuation(*candidate, ladder_.top());
    }
    if (most_likely && (!best_ || most >= setup_.option("chance")))
      return continuation(*most_likely, most_likely->rung + 1);
  }
  if (more) return {.kind = Assignment::Kind::kStart, .fidelity = ladder_.fidelity(0)};
  const auto is_ours = [&](const Trial& trial) { return uses(trial.fidelity); };
  if (std::any_of(running.begin(), running.end(), is_ours)) return {.kind = Assignment::Kind::kWait};
  return {.kind = Assignment::Kind::kNothing};
}

bool CurveScheduler::is_doomed(const FinalValue& value) const {
  return best_ && value.chance_better(*best_) < setup_.option("chance");
}

Decision CurveScheduler::decide(const Trial& trial) {
  if (!setup_.reports_on_axis) return {};
  const LearningCurve curve = curve_of(points_with(trial));
  if (curve.steps.empty() || curve.steps.back() >= setup_.most) return {};
  const FinalValue value = extrapolation_.predict(curve);
  if (value.known() && (!is_doomed(value) || is_control(trial.configuration))) return {};
  const std::string unit = setup_.axis.ends_with('s') ? setup_.axis.substr(0, setup_.axis.size() - 1) : setup_.axis;
  return {Decision::Kind::kStop, fmt::format("stopped at {} {} of {}: {}", unit, format_number(curve.steps.back()),
                                             format_number(setup_.most), predicted(value))};
}

void CurveScheduler::observe(const Trial& trial) {
  const std::optional<std::size_t> rung = ladder_.rung_of(trial.fidelity);
  if (!rung || was_cut_off(trial) || was_cut_on_its_way(trial)) return;
  std::map<double, double> points = points_with(trial);
  const std::optional<double> result = trial.result(setup_.objectives.front().metric);
  const bool complete = trial.state == TrialState::kComplete;
  if (complete && result) points.emplace(ladder_.amount(*rung), *result);  // where nothing was reported there
  const auto known = trial.continues ? candidate_of_.find(*trial.continues) : candidate_of_.end();
  const std::size_t index = known == candidate_of_.end() ? candidates_.size() : known->second;
  if (index == candidates_.size()) candidates_.push_back({.configuration = trial.configuration});
  candidate_of_[trial.number] = index;
  Candidate& candidate = candidates_[index];
  if (is_control(candidate.configuration)) note_doom(candidate, points);
  candidate.last = trial.number;
  candidate.rung = *rung;
  candidate.points = std::move(points);
  const bool paused = complete && result && *rung < ladder_.top();
  candidate.state = paused ? Candidate::State::kPaused : Candidate::State::kEnded;
  if (!candidate.points.empty()) {
    if (candidate.learnt) {
      extrapolation_.replace(*candidate.learnt, curve_of(candidate.points));
    } else {
      candidate.learnt = extrapolation_.learn(curve_of(candidate.points));
    }
  }
  if (!complete || *rung < ladder_.top()) return;
  ++finished_;
  if (!result) return;
  candidate.result = result;
  if (constraint_violation(trial, setup_.constraints) > 0) return;
  if (!best_ || setup_.objectives.front().better(*result, *best_)) best_ = result;
}

/// Looks whether a control would have been given up on the way that it has just gone.
void CurveScheduler::note_doom(Candidate& candidate, const std::map<double, double>& points) const {
  LearningCurve curve;
  for (const auto& [step, value] : points) {
    if (candidate.best_when_doomed || step >= setup_.most) return;
    curve.steps.push_back(step);
    curve.values.push_back(value);
    if (step < (candidate.points.empty() ? 0.0 : candidate.points.rbegin()->first)) continue;
    if (is_doomed(extrapolation_.predict(curve))) candidate.best_when_doomed = best_;
  }
}

std::string CurveScheduler::why_no_more(const Trial& trial) const {
  const auto known = candidate_of_.find(trial.number);
  if (known == candidate_of_.end() || trial.state == TrialState::kFailed) return "";
  const Candidate& candidate = candidates_[known->second];
  const bool had_all = trial.state == TrialState::kComplete && candidate.rung == ladder_.top();
  if (candidate.last != trial.number || had_all) return "";
  if (trial.state == TrialState::kStopped) return trial.reason;
  const FinalValue value = candidate.learnt ? extrapolation_.predict(*candidate.learnt) : FinalValue();
  return fmt::format("ended at {}: {}", ladder_.words(candidate.rung), predicted(value));
}

ControlledRegret CurveScheduler::controlled_regret() const {
  const Objective& objective = setup_.objectives.front();
  ControlledRegret regret;
  for (const Candidate& candidate : candidates_) {
    if (!candidate.best_when_doomed || !candidate.result) continue;
    const double gain = std::max(0.0, objective.loss(*candidate.best_when_doomed) - objective.loss(*candidate.result));
    ++regret.controls;
    regret.better += gain > 0 ? 1 : 0;
    regret.mean += gain;
    regret.most = std::max(regret.most, gain);
  }
  if (regret.controls > 0) regret.mean /= static_cast<double>(regret.controls);
  return regret;
}

std::string CurveScheduler::notice() const {
  const ControlledRegret regret = controlled_regret();
  if (regret.controls == 0) return "";
  return fmt::format(
      "{} of {} that were given up and trained on as a control became better than the best; {} by {:.2g} on average",
      regret.better, regret.controls, setup_.objectives.front().metric, regret.mean);
}

std::unique_ptr<Scheduler> make_curve(const SchedulerSetup& setup) {
  if (setup.objectives.size() > 1)
    throw InputError("scheduler \"curve\" predicts one metric; for several objectives take asha");
  return std::make_unique<CurveScheduler>(setup);
}

}  // namespace nascent
