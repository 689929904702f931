#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "nascent/automl/fit.h"
#include "nascent/data/metric.h"
#include "nascent/trial/trial.h"

namespace nascent {

/// `weights`: of the trials that are members of the final model. `reasons_for_no_more`: of those that got less than
/// all.
Leaderboard make_leaderboard(const std::vector<Trial>& trials, const Metric& metric,
                             const std::map<std::int64_t, double>& weights,
                             const std::map<std::int64_t, std::string>& reasons_for_no_more);

/// Writes `leaderboard.csv`: one line for each trial, best first.
void write_leaderboard(const std::filesystem::path& path, const Leaderboard& board);

}  // namespace nascent
