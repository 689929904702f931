#pragma once

#include "nascent/architecture/architecture.h"

namespace nascent {

/// Milliseconds that a forward pass of one example takes, in float32 on the CPU with the threads that libtorch has in
/// this process: the median of several passes after some to warm up, all within a fraction of a second. The weights do
/// not matter, so they are random.
double measure_latency_ms(const Architecture& architecture);

}  // namespace nascent
