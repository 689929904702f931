#pragma once

#include <cstdint>
#include <string>

namespace nascent {

/// Who holds trials: one store object of one process. The start time tells the process from a later one of the same
/// number.
struct Holder {
  std::string place;         ///< the machine, this boot of it, and its numbering of processes (containers have theirs)
  std::int64_t process = 0;  ///< its number there
  std::int64_t born = 0;     ///< when it started, in ticks since boot; 0 where that cannot be known
  double valid_until = 0.0;  ///< of the lease, in seconds of the wall clock, which machines agree on
};

/// This process.
Holder this_process();

/// Whether the holder still works on its trials. A process that can be seen from here holds them as long as it lives,
/// whatever the clock says: it may be suspended together with its machine, or busy for an hour in one call. One that
/// was stopped by a signal, or that runs elsewhere, holds them until its lease ends.
bool is_alive(const Holder& holder);

/// Seconds of the wall clock.
double wall_clock_seconds();

}  // namespace nascent
