#include "nascent/trial/repeated.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

namespace nascent {
namespace {

struct Group {
  const Configuration* configuration = nullptr;
  std::vector<std::int64_t> trials;
  std::vector<double> values;
  std::vector<double> sums;  ///< of each constraint's metric; NaN where one lacks it
};

double violation_of_means(const Group& group, const std::vector<OutcomeConstraint>& constraints) {
  double violation = 0.0;
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const double mean = group.sums[i] / static_cast<double>(group.trials.size());
    violation += std::isnan(mean) ? std::numeric_limits<double>::infinity() : constraints[i].violation(mean);
  }
  return violation;
}

RepeatedResult result_of(const Group& group) {
  RepeatedResult result{.configuration = *group.configuration, .trials = group.trials};
  const auto count = static_cast<double>(group.values.size());
  for (const double value : group.values) result.mean += value / count;
  double squares = 0.0;
  for (const double value : group.values) squares += (value - result.mean) * (value - result.mean);
  if (group.values.size() > 1) result.standard_error = std::sqrt(squares / (count - 1.0) / count);
  return result;
}

}  // namespace

std::optional<RepeatedResult> best_configuration(const std::vector<Trial>& trials, const Objective& objective,
                                                 std::size_t repeats,
                                                 const std::vector<OutcomeConstraint>& constraints) {
  std::vector<Group> groups;
  std::unordered_map<std::uint64_t, std::size_t> places;
  std::size_t most = 0;
  for (const Trial& trial : trials) {
    const std::optional<double> value = trial.result(objective.metric);
    if (trial.state != TrialState::kComplete || !value) continue;
    const auto [place, is_new] = places.try_emplace(trial.configuration.hash(), groups.size());
    if (is_new) groups.push_back({.configuration = &trial.configuration, .sums = std::vector(constraints.size(), 0.0)});
    Group& group = groups[place->second];
    group.trials.push_back(trial.number);
    group.values.push_back(*value);
    for (std::size_t i = 0; i < constraints.size(); ++i) {
      group.sums[i] += trial.result(constraints[i].metric).value_or(std::numeric_limits<double>::quiet_NaN());
    }
    most = std::max(most, group.trials.size());
  }
  const std::size_t enough = std::min(most, std::max<std::size_t>(1, repeats));
  std::optional<RepeatedResult> best;
  std::pair<double, double> rank_of_best;
  for (const Group& group : groups) {
    if (group.trials.size() < enough) continue;
    RepeatedResult result = result_of(group);
    const std::pair rank(violation_of_means(group, constraints), objective.loss(result.mean));
    if (best && rank >= rank_of_best) continue;
    best = std::move(result);
    rank_of_best = rank;
  }
  return best;
}

}  // namespace nascent
