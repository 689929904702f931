#pragma once

#include <memory>

#include "nascent/estimation/scheduler_registry.h"

namespace nascent {

/// Trusts a scheduler that starts small only after a check: the first configurations, the pilots, are evaluated at its
/// lowest fidelity and then fully. Where less than two in three of their pairs are in the same order both times, the
/// low fidelity is dropped: from then on every configuration gets all. Pairs in any order at random keep that share
/// with a probability of 3 in 8 for 4 pilots, so the check finds a fidelity that misleads, not one that is merely weak.
///
/// Pilots are this scheduler's own; the other one begins with what comes after them. Failed pilots are replaced. The
/// order is that of the first objective. `setup`: that of the scheduler. One that gives all from the start comes back
/// as it is.
std::unique_ptr<Scheduler> with_pilots(std::unique_ptr<Scheduler> scheduler, const SchedulerSetup& setup, int pilots);

}  // namespace nascent
