#pragma once

#include "nascent/core/json.h"
#include "nascent/replay/replay_summary.h"

namespace nascent {

/// JSON has no infinity: null.
OrderedJson finite_number(double value);
OrderedJson estimate_json(const Estimate& estimate);

}  // namespace nascent
