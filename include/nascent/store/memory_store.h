#pragma once

#include <memory>

#include "nascent/trial/trial_store.h"

namespace nascent {

/// A study that lives as long as the object: for searches whose record nobody needs afterwards, and for tests.
/// Not for use by several threads at once.
std::unique_ptr<TrialStore> create_memory_store(StudyRecord study);

}  // namespace nascent
