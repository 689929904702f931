#pragma once

#include <cstdint>
#include <string>

#include "nascent/strategy/search_strategy.h"

namespace nascent {

/// How many points a grid search will go through, so that a program can say it before the start. `text` names the
/// strategy with its options: "grid", "grid:resolution=3,lr=9". Points that the constraints of the space forbid, and
/// those that its key says are the same as others, are counted although they are passed over.
///
/// Throws `InputError` as `make_strategy` does, and for a grid of more than 2^62 points.
std::uint64_t grid_size(const std::string& text, const StrategySetup& setup);

}  // namespace nascent
