#include "strategy/ranking.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "surrogate/pareto.h"

namespace nascent {
namespace {

/// Orders places of outcomes that differ in their losses only.
void sort_by_fronts(std::span<const Outcome* const> outcomes, std::span<std::size_t> places) {
  std::ranges::sort(places);  // of equal ones the first comes first
  std::vector<LossVector> losses;
  for (const std::size_t place : places) losses.push_back(outcomes[place]->losses);
  const std::vector<std::size_t> order = order_by_fronts(losses);
  const std::vector<std::size_t> old(places.begin(), places.end());
  for (std::size_t i = 0; i < order.size(); ++i) places[i] = old[order[i]];
}

}  // namespace

bool differ_in_losses_only(const Outcome& a, const Outcome& b) {
  return a.kind == b.kind && std::tie(a.steps, a.violation) == std::tie(b.steps, b.violation) &&
         !lower_fidelity(a.fidelity, b.fidelity) && !lower_fidelity(b.fidelity, a.fidelity);
}

std::vector<std::size_t> order_from_best(std::span<const Outcome* const> outcomes) {
  std::vector<std::size_t> order(outcomes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ranks_before(*outcomes[a], *outcomes[b]); });
  for (std::size_t first = 0; first < order.size();) {
    const Outcome& leader = *outcomes[order[first]];
    std::size_t last = first + 1;
    while (last < order.size() && differ_in_losses_only(leader, *outcomes[order[last]])) ++last;
    if (leader.losses.size() > 1) sort_by_fronts(outcomes, std::span(order).subspan(first, last - first));
    first = last;
  }
  return order;
}

bool improves_on(const Outcome& a, const Outcome& b) {
  if (a.losses.size() < 2 || !differ_in_losses_only(a, b)) return ranks_before(a, b);
  return dominates(a.losses, b.losses);
}

}  // namespace nascent
