#pragma once

#include <cstdint>
#include <string>

#include "nascent/execution/job.h"

namespace nascent {

/// Runs one job and turns whatever the handler throws into a failed outcome with a reason of one line.
/// `memory_bytes` is the cap that running out of memory is blamed on, 0 for none. Leaves `seconds` and `asked_to_stop`.
JobOutcome run_handler(JobHandler& handler, const Json& payload, JobContext& context, std::uint64_t memory_bytes);

/// "out of memory: needs more than 800 MB (--memory)", or just "out of memory" without a cap.
std::string out_of_memory_reason(std::uint64_t memory_bytes);

}  // namespace nascent
