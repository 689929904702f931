#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "nascent/automl/fit.h"
#include "nascent/core/json.h"

namespace nascent::app {

/// What a person wants to know when a fit has ended: the best trials, the scores, where things are.
std::string fit_summary(const OrderedJson& report, const Leaderboard& board, const std::filesystem::path& run,
                        std::size_t width);

}  // namespace nascent::app
