#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/space/configuration.h"

namespace nascent {

/// Where a trial stands. Stored by these values; do not change them.
enum class TrialState : std::uint8_t {
  kRunning = 1,
  kComplete = 2,  ///< evaluated at its whole fidelity
  kStopped = 3,   ///< ended early by a scheduler or a deadline, with what it had reported
  kFailed = 4,    ///< no result; the reason says why
};

std::string_view name_of(TrialState state);
bool is_finished(TrialState state);

/// Metrics by name. An optimiser is told which one counts and which way (`Objective`).
using Metrics = std::map<std::string, double>;

/// How much of the full evaluation a trial gets, by axis ("epochs", "rows", "resolution"). Empty means all of it.
using Fidelity = std::map<std::string, double>;

/// Whether `a` is less of the evaluation than `b`. An axis that is not named is at its whole. Where one is less on one
/// axis and more on another, the axis that comes first by name decides.
bool lower_fidelity(const Fidelity& a, const Fidelity& b);

/// What a trial says on its way.
struct Report {
  std::int64_t step = 0;  ///< the epoch, fold or round, from 1
  Metrics metrics;
  double cost_seconds = 0.0;  ///< time spent in the trial so far
};

/// One evaluation of one configuration: the record that everything is rebuilt from.
struct Trial {
  std::int64_t number = 0;  ///< from 0, in the order of creation
  Configuration configuration;
  Fidelity fidelity;
  std::optional<std::int64_t> parent;    ///< the trial that this one was derived from
  std::optional<std::int64_t> retry_of;  ///< the trial that was cut off without a result and is tried again by this one
  /// The trial of the same configuration that this one takes up where it ended, at a higher fidelity.
  std::optional<std::int64_t> continues;
  std::string origin;  ///< who proposed it: the strategy's name, or "first" for a given starting point

  TrialState state = TrialState::kRunning;
  std::vector<Report> reports;
  Metrics metrics;               ///< the result; empty while running and when failed
  std::string reason;            ///< why it ended, for people; empty when it simply completed
  Json details;                  ///< what else the evaluator wants remembered (rounds used, parameters of the network)
  double started_seconds = 0.0;  ///< since the start of the study, over all its sessions
  double cost_seconds = 0.0;     ///< from start to end

  /// The result under this name, if it is there and finite.
  std::optional<double> result(const std::string& metric) const;
};

/// The reasons of failed trials that were cut off without a result, which says nothing about their configuration.
inline constexpr std::string_view kTimeWasUp = "the time was up";
inline constexpr std::string_view kInterrupted = "interrupted";

/// Whether a trial has failed for a reason that says nothing about its configuration.
bool was_cut_off(const Trial& trial);

/// What is optimised: one metric and its direction.
struct Objective {
  std::string metric;
  bool maximize = false;

  /// The value as a loss, so that less is always better.
  double loss(double value) const { return maximize ? -value : value; }
  bool better(double a, double b) const { return maximize ? a > b : a < b; }
};

/// A bound that the result of a trial should keep: "latency_ms <= 20". A trial that does not is infeasible, which is
/// worse than any feasible one. A result that lacks the metric is infeasible too.
struct OutcomeConstraint {
  std::string metric;
  double bound = 0.0;
  bool at_most = true;  ///< otherwise at least

  /// By how much it is missed; 0 where it is kept.
  double violation(double value) const { return std::max(0.0, at_most ? value - bound : bound - value); }
  bool operator==(const OutcomeConstraint&) const = default;
};

/// By how much a trial misses the constraints, summed; 0 when it is feasible, infinite when a metric is not there.
double constraint_violation(const Trial& trial, const std::vector<OutcomeConstraint>& constraints);

/// The finished trial with the best result among those at the same, highest fidelity reached; null when there is none.
/// A trial that was stopped early counts only where no trial was completed. Among them feasible ones come before
/// infeasible ones, and of those the one that misses the constraints least is the best. Of equal results, the first.
const Trial* best_trial(const std::vector<Trial>& trials, const Objective& objective,
                        const std::vector<OutcomeConstraint>& constraints = {});

/// The complete, feasible trials at the highest fidelity reached that no other of them beats: none is at least as good
/// in all objectives and better in one. By number; equal ones are all there. Trials that lack an objective are left
/// out.
std::vector<const Trial*> pareto_front(const std::vector<Trial>& trials, const std::vector<Objective>& objectives,
                                       const std::vector<OutcomeConstraint>& constraints = {});

}  // namespace nascent
