#include "strategy/outcome.h"

#include <cmath>
#include <limits>
#include <tuple>

namespace nascent {
namespace {

double violation_of(const Trial& trial, const std::vector<OutcomeConstraint>& constraints) {
  double sum = 0.0;
  for (const OutcomeConstraint& constraint : constraints) {
    const std::optional<double> value = trial.result(constraint.metric);
    if (!value) return std::numeric_limits<double>::infinity();
    sum += constraint.violation(*value);
  }
  return sum;
}

}  // namespace

Outcome outcome_of(const Trial& trial, const StrategySetup& setup) {
  Outcome outcome;
  outcome.fidelity = trial.fidelity;
  if (trial.state != TrialState::kComplete && trial.state != TrialState::kStopped) return outcome;
  for (const Objective& objective : setup.objectives) {
    const std::optional<double> value = trial.result(objective.metric);
    if (!value) {
      outcome.losses.clear();
      return outcome;
    }
    outcome.losses.push_back(objective.loss(*value));
  }
  outcome.violation = violation_of(trial, setup.constraints);
  outcome.kind = Outcome::Kind::kComplete;
  if (trial.state == TrialState::kStopped) {
    outcome.kind = Outcome::Kind::kStopped;
    outcome.steps = trial.reports.empty() ? 0 : trial.reports.back().step;
  }
  return outcome;
}

bool ranks_before(const Outcome& a, const Outcome& b) {
  if (a.kind != b.kind) return a.kind < b.kind;
  if (lower_fidelity(a.fidelity, b.fidelity)) return false;
  if (lower_fidelity(b.fidelity, a.fidelity)) return true;
  const double loss_a = a.losses.empty() ? 0.0 : a.losses.front();
  const double loss_b = b.losses.empty() ? 0.0 : b.losses.front();
  return std::tuple(-a.steps, a.violation, loss_a) < std::tuple(-b.steps, b.violation, loss_b);
}

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

}  // namespace nascent
