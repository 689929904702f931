#pragma once

#include <string>

#include "nascent/replay/replay.h"

namespace nascent {

/// The scheduler that `text` names, for the curves of this table. Beside those of `make_scheduler`:
///
///   top:after=3,k=5   the plainest way to give less, against which others are measured: all configurations up to
///                     fidelity 3, and when all of them have ended, the best 5 fully
///
/// Throws `InputError` for an unknown name or option (with near matches), for a value that is out of its range, and for
/// anything but "full" where the table has no curves.
SchedulerOf replay_scheduler(const std::string& text, const RecordedTable& table);

}  // namespace nascent
