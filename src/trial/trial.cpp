#include "nascent/trial/trial.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "nascent/core/error.h"

namespace nascent {
namespace {

/// How much of the evaluation stands behind a result, for comparison only with others.
bool less_evaluated(const Trial& a, const Trial& b) {
  const bool a_complete = a.state == TrialState::kComplete;
  const bool b_complete = b.state == TrialState::kComplete;
  if (a_complete != b_complete) return b_complete;
  return lower_fidelity(a.fidelity, b.fidelity);
}

}  // namespace

std::string_view name_of(TrialState state) {
  switch (state) {
    case TrialState::kRunning:
      return "running";
    case TrialState::kComplete:
      return "complete";
    case TrialState::kStopped:
      return "stopped";
    case TrialState::kFailed:
      return "failed";
  }
  throw InternalError("a trial has the unknown state " + std::to_string(static_cast<int>(state)));
}

bool was_cut_off(const Trial& trial) {
  return trial.state == TrialState::kFailed && (trial.reason == kTimeWasUp || trial.reason == kInterrupted);
}

bool is_finished(TrialState state) { return state != TrialState::kRunning; }

bool lower_fidelity(const Fidelity& a, const Fidelity& b) {
  // A merge of the two sorted maps: the first axis on which they differ decides.
  constexpr double kWhole = std::numeric_limits<double>::infinity();
  auto of_a = a.begin();
  auto of_b = b.begin();
  while (of_a != a.end() || of_b != b.end()) {
    const bool take_a = of_b == b.end() || (of_a != a.end() && of_a->first <= of_b->first);
    const bool take_b = of_a == a.end() || (of_b != b.end() && of_b->first <= of_a->first);
    const double value_a = take_a ? (of_a++)->second : kWhole;
    const double value_b = take_b ? (of_b++)->second : kWhole;
    if (value_a != value_b) return value_a < value_b;
  }
  return false;
}

std::optional<double> Trial::result(const std::string& metric) const {
  const auto found = metrics.find(metric);
  if (found == metrics.end() || !std::isfinite(found->second)) return {};
  return found->second;
}

double constraint_violation(const Trial& trial, const std::vector<OutcomeConstraint>& constraints) {
  double sum = 0.0;
  for (const OutcomeConstraint& constraint : constraints) {
    const std::optional<double> value = trial.result(constraint.metric);
    if (!value) return std::numeric_limits<double>::infinity();
    sum += constraint.violation(*value);
  }
  return sum;
}

const Trial* best_trial(const std::vector<Trial>& trials, const Objective& objective,
                        const std::vector<OutcomeConstraint>& constraints) {
  const Trial* best = nullptr;
  std::pair<double, double> rank_of_best;
  for (const Trial& trial : trials) {
    if (trial.state != TrialState::kComplete && trial.state != TrialState::kStopped) continue;
    const std::optional<double> result = trial.result(objective.metric);
    if (!result) continue;
    const std::pair rank(constraint_violation(trial, constraints), objective.loss(*result));
    if (best == nullptr || less_evaluated(*best, trial) || (!less_evaluated(trial, *best) && rank < rank_of_best)) {
      best = &trial;
      rank_of_best = rank;
    }
  }
  return best;
}

std::vector<const Trial*> pareto_front(const std::vector<Trial>& trials, const std::vector<Objective>& objectives,
                                       const std::vector<OutcomeConstraint>& constraints) {
  struct Point {
    const Trial* trial;
    std::vector<double> losses;
  };
  std::vector<Point> points;
  for (const Trial& trial : trials) {
    if (trial.state != TrialState::kComplete || constraint_violation(trial, constraints) > 0.0) continue;
    Point point{&trial, {}};
    for (const Objective& objective : objectives) {
      if (const std::optional<double> result = trial.result(objective.metric)) {
        point.losses.push_back(objective.loss(*result));
      }
    }
    if (point.losses.size() != objectives.size()) continue;
    if (!points.empty() && lower_fidelity(trial.fidelity, points.front().trial->fidelity)) continue;
    if (!points.empty() && lower_fidelity(points.front().trial->fidelity, trial.fidelity)) points.clear();
    points.push_back(std::move(point));
  }
  // In lexicographic order a point can only be beaten by one before it, and then by one of the front so far.
  std::ranges::stable_sort(points, {}, &Point::losses);
  std::vector<const Point*> front;
  for (const Point& point : points) {
    const bool beaten = std::ranges::any_of(front, [&](const Point* other) {
      return other->losses != point.losses && std::ranges::equal(other->losses, point.losses, std::less_equal<>());
    });
    if (!beaten) front.push_back(&point);
  }
  std::vector<const Trial*> result;
  for (const Point* point : front) result.push_back(point->trial);
  std::ranges::sort(result, {}, &Trial::number);
  return result;
}

}  // namespace nascent
