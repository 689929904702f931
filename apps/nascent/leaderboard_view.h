#pragma once

#include <cstddef>
#include <string>

#include "nascent/automl/fit.h"
#include "nascent/core/json.h"

namespace nascent::app {

/// The leaderboard as a text table, the best `limit` first (0: all); lines are cut to `width` characters (0: never).
std::string leaderboard_table(const Leaderboard& board, std::size_t limit, std::size_t width);

/// The whole leaderboard as a JSON list.
OrderedJson leaderboard_json(const Leaderboard& board);

}  // namespace nascent::app
