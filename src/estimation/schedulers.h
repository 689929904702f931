#pragma once

#include <memory>

#include "nascent/estimation/scheduler_registry.h"

/// One function for each scheduler; the registry lists them. A scheduler is one file: its class is nobody else's
/// business.
namespace nascent {

/// Asynchronous successive halving that pauses and promotes; see docs/methods/asha.md.
std::unique_ptr<Scheduler> make_asha(const SchedulerSetup& setup);

/// Asynchronous successive halving that stops; see docs/methods/asha-stop.md.
std::unique_ptr<Scheduler> make_asha_stop(const SchedulerSetup& setup);

/// The median stopping rule; see docs/methods/median.md.
std::unique_ptr<Scheduler> make_median(const SchedulerSetup& setup);

/// Hyperband; see docs/methods/hyperband.md.
std::unique_ptr<Scheduler> make_hyperband(const SchedulerSetup& setup);

/// Synchronous successive halving: Hyperband's brackets of the lowest start alone; see docs/methods/hyperband.md.
std::unique_ptr<Scheduler> make_successive_halving(const SchedulerSetup& setup);

/// Stopping folds by a paired test; see docs/methods/folds.md.
std::unique_ptr<Scheduler> make_folds(const SchedulerSetup& setup);

/// Learning-curve extrapolation; see docs/methods/curve.md.
std::unique_ptr<Scheduler> make_curve(const SchedulerSetup& setup);

}  // namespace nascent
