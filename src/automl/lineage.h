#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nascent/trial/trial.h"

namespace nascent {

/// What a worker noted of a network that started from the weights of an earlier trial.
struct InheritanceRecord {
  std::int64_t from = 0;
  double share = 0.0;     ///< of its parameters that were copied
  std::string exactness;  ///< "training", "inference" or "approximate": how far the function was kept
};

/// None for a trial that started from scratch.
std::optional<InheritanceRecord> inheritance_of(const Trial& trial);

/// The trials that a trial's weights have come through, from itself back to the one that started from scratch.
std::vector<const Trial*> lineage_of(const Trial& trial, const std::vector<Trial>& trials);

}  // namespace nascent
