#pragma once

#include <string>
#include <vector>

#include "nascent/replay/replay_summary.h"

namespace nascent::app {

/// What one strategy did on the table.
struct BenchmarkRow {
  std::string strategy;
  ReplaySummary summary;
};

/// The results as tables for a person: one line for each strategy, one column for each number of trials. `with_cost`:
/// the simulated time means something.
std::string benchmark_tables(const RecordedTable& table, const std::vector<BenchmarkRow>& rows, bool with_cost);

}  // namespace nascent::app
