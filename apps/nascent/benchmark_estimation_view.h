#pragma once

#include <string>
#include <vector>

#include "nascent/replay/estimation_summary.h"

namespace nascent::app {

/// What one strategy with one scheduler did on the curves.
struct EstimationRow {
  std::string name;
  EstimationSummary summary;
};

/// The results as tables for a person, one line for each row. `with_target`: a regret was asked for.
std::string estimation_tables(const std::vector<EstimationRow>& rows, bool with_target);

}  // namespace nascent::app
