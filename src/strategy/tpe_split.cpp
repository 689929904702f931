#include "strategy/tpe_split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "surrogate/pareto.h"

namespace nascent {
namespace {

/// Whether `a` belongs into a front before `b`: a strict partial order.
bool precedes(const Outcome& a, const Outcome& b) {
  if (a.kind != b.kind) return a.kind < b.kind;
  if (lower_fidelity(a.fidelity, b.fidelity)) return false;
  if (lower_fidelity(b.fidelity, a.fidelity)) return true;
  if (a.steps != b.steps) return a.steps > b.steps;
  if (a.violation != b.violation) return a.violation < b.violation;
  return dominates(a.losses, b.losses);
}

/// The `count` members of a front that are most alone.
std::vector<std::uint32_t> most_spread(const std::vector<std::uint32_t>& front, std::size_t count,
                                       const std::vector<Outcome>& outcomes) {
  std::vector<LossVector> losses;
  for (const std::uint32_t id : front) losses.push_back(outcomes[id].losses);
  const std::vector<double> distances = crowding_distances(losses);
  std::vector<std::size_t> order(front.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return distances[a] > distances[b]; });
  std::vector<std::uint32_t> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(front[order[i]]);
  return chosen;
}

}  // namespace

void TpeSplit::add(std::uint32_t id, const std::vector<Outcome>& outcomes) {
  ++size_;
  if (outcomes[id].has_result()) ++with_result_;
  if (several_objectives_) {
    add_to_fronts(id, outcomes);
  } else {
    add_to_ranking(id, outcomes);
  }
}

void TpeSplit::add_to_ranking(std::uint32_t id, const std::vector<Outcome>& outcomes) {
  const auto place = std::upper_bound(
      ranking_.begin(), ranking_.end(), id,
      [&](std::uint32_t added, std::uint32_t known) { return ranks_before(outcomes[added], outcomes[known]); });
  ranking_.insert(place, id);
}

void TpeSplit::add_to_fronts(std::uint32_t id, const std::vector<Outcome>& outcomes) {
  const auto preceded_by = [&](std::uint32_t known, const Ids& others) {
    return std::any_of(others.begin(), others.end(),
                       [&](std::uint32_t other) { return precedes(outcomes[other], outcomes[known]); });
  };
  // What some front precedes, every front before it precedes too.
  auto front = std::partition_point(fronts_.begin(), fronts_.end(),
                                    [&](const Ids& members) { return preceded_by(id, members); });
  Ids moving{id};
  for (; front != fronts_.end() && !moving.empty(); ++front) {
    Ids displaced, staying;
    for (const std::uint32_t member : *front) (preceded_by(member, moving) ? displaced : staying).push_back(member);
    if (staying.empty()) break;  // all fronts from here on move by one
    staying.insert(staying.end(), moving.begin(), moving.end());
    *front = std::move(staying);
    moving = std::move(displaced);
  }
  if (!moving.empty()) fronts_.insert(front, std::move(moving));
}

std::vector<std::uint32_t> TpeSplit::good(const std::vector<Outcome>& outcomes) const {
  auto count = static_cast<std::size_t>(std::ceil(share_ * static_cast<double>(size_)));
  count = std::min(count, with_result_);
  if (!several_objectives_ && most_ > 0) count = std::min(count, most_);
  Ids good;
  if (!several_objectives_) {
    good.assign(ranking_.begin(), ranking_.begin() + static_cast<std::ptrdiff_t>(count));
  } else {
    for (const Ids& front : fronts_) {
      const std::size_t wanted = count - good.size();
      if (wanted == 0) break;
      const Ids chosen = front.size() <= wanted ? front : most_spread(front, wanted, outcomes);
      good.insert(good.end(), chosen.begin(), chosen.end());
    }
  }
  std::sort(good.begin(), good.end());
  return good;
}

}  // namespace nascent
