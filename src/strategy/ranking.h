#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "strategy/outcome.h"

namespace nascent {

/// Whether only the losses can tell the two apart: everything else that `ranks_before` looks at is equal.
bool differ_in_losses_only(const Outcome& a, const Outcome& b);

/// The places of the outcomes from the best to the worst; of equal ones the first comes first. One objective: the order
/// of `ranks_before`. Several: what `ranks_before` puts before the losses decides first (complete, evaluated more,
/// less violation), then the front, then the crowding distance in it, as in NSGA-II (Deb et al., IEEE TEC 2002).
std::vector<std::size_t> order_from_best(std::span<const Outcome* const> outcomes);

/// Whether a search that stands at `b` should move to `a`: with one objective where it ranks before it, with several
/// where it dominates it or comes before it for another reason than its losses.
bool improves_on(const Outcome& a, const Outcome& b);

}  // namespace nascent
