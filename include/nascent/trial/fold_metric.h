#pragma once

#include <string>

namespace nascent {

/// The name under which a cross-validated trial reports a metric of its newest fold alone. The metric's own name stands
/// for all folds so far.
inline std::string fold_metric(const std::string& metric) { return "fold_" + metric; }

}  // namespace nascent
