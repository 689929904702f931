#include "estimation/ranked.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "surrogate/pareto.h"

namespace nascent {
namespace {

/// All but how several losses compare.
bool before(const Standing& a, const Standing& b) {
  if (a.has_result() != b.has_result()) return a.has_result();
  if (!a.has_result()) return false;
  if (a.violation != b.violation) return a.violation < b.violation;
  return a.losses.size() == 1 && a.losses.front() < b.losses.front();
}

void sort_by_fronts(std::vector<Standing>& standings) {
  for (auto first = standings.begin(); first != standings.end() && first->has_result();) {
    const auto last =
        std::find_if(first, standings.end(), [&](const Standing& other) { return before(*first, other); });
    std::vector<LossVector> losses;
    for (auto one = first; one != last; ++one) losses.push_back(one->losses);
    std::vector<Standing> sorted;
    for (const std::size_t place : order_by_fronts(losses)) {
      sorted.push_back(*(first + static_cast<std::ptrdiff_t>(place)));
    }
    std::move(sorted.begin(), sorted.end(), first);
    first = last;
  }
}

}  // namespace

Standing standing_of(std::int64_t trial, const Metrics& metrics, const SchedulerSetup& setup) {
  Standing standing{trial};
  const auto value_of = [&](const std::string& metric) {
    const auto found = metrics.find(metric);
    return found == metrics.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
  };
  for (const OutcomeConstraint& constraint : setup.constraints) {
    const double value = value_of(constraint.metric);
    standing.violation += std::isfinite(value) ? constraint.violation(value) : std::numeric_limits<double>::infinity();
  }
  for (const Objective& objective : setup.objectives) {
    const double value = value_of(objective.metric);
    if (!std::isfinite(value)) {
      standing.losses.clear();
      break;
    }
    standing.losses.push_back(objective.loss(value));
  }
  return standing;
}

void Ranked::add(Standing standing) {
  fronts_are_old_ = fronts_are_old_ || standing.losses.size() > 1;
  standings_.insert(std::upper_bound(standings_.begin(), standings_.end(), standing, before), std::move(standing));
}

void Ranked::remove(std::int64_t trial) {
  const auto removed = std::erase_if(standings_, [&](const Standing& standing) { return standing.trial == trial; });
  fronts_are_old_ = fronts_are_old_ || (removed > 0 && !standings_.empty() && standings_.front().losses.size() > 1);
}

const std::vector<Standing>& Ranked::from_best() const {
  if (fronts_are_old_) sort_by_fronts(standings_);
  fronts_are_old_ = false;
  return standings_;
}

std::size_t Ranked::place_of(std::int64_t trial) const {
  const std::vector<Standing>& all = from_best();
  const auto found = std::ranges::find(all, trial, &Standing::trial);
  return found == all.end() ? 0 : static_cast<std::size_t>(found - all.begin()) + 1;
}

std::size_t Ranked::count_before(const Standing& standing) const {
  if (standing.losses.size() < 2) {
    const auto place = std::lower_bound(standings_.begin(), standings_.end(), standing, before);
    return static_cast<std::size_t>(place - standings_.begin());
  }
  Ranked with = *this;
  with.add(standing);
  return with.place_of(standing.trial) - 1;
}

}  // namespace nascent
