#pragma once

#include <span>

#include "nascent/data/split.h"
#include "nascent/trial/trial.h"

namespace nascent {

/// The split that a trial of this fidelity trains and validates on (`kDataAxis`). The rows of a share are always the
/// same: what a trial has seen, those that continue it at a larger share see too.
Split split_at(const Fidelity& fidelity, const Split& split, const Task& task, std::span<const double> target);

}  // namespace nascent
