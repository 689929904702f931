#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nascent/strategy/search_strategy.h"

namespace nascent {

/// How many points a grid search will go through, so that a program can say it before the start. `text` names the
/// strategy with its options: "grid", "grid:resolution=3,lr=9". Points that the constraints of the space forbid, and
/// those that its key says are the same as others, are counted although they are passed over. None for a grid of more
/// than 2^62 points, of which only a sample will be tried.
///
/// Throws `InputError` as `make_strategy` does.
std::optional<std::uint64_t> grid_size(const std::string& text, const StrategySetup& setup);

}  // namespace nascent
