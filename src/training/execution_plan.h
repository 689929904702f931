#pragma once

#include <vector>

#include "nascent/architecture/architecture.h"

namespace nascent {

/// One thing that a network does: a single node, or a normalization together with the addition and the rectification
/// that follow it, which run as one pass over memory.
struct ExecutionStep {
  int node = 0;                 ///< whose output comes out: the last of the group
  int norm = -1;                ///< the normalization of a group, -1 for any other node
  bool relu = false;            ///< the group ends with a rectification
  std::vector<int> reads;       ///< nodes whose outputs go in; of a group: what is normalized, and what is added
  std::vector<int> last_reads;  ///< nodes whose outputs nobody needs afterwards
};

/// The steps that compute an architecture, in order. What nobody else reads is never computed for itself.
std::vector<ExecutionStep> plan_execution(const Architecture& architecture);

/// How many nodes read the output of each node.
std::vector<int> reader_counts(const Architecture& architecture);

}  // namespace nascent
