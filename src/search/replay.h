#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "nascent/estimation/scheduler.h"
#include "nascent/strategy/search_strategy.h"
#include "nascent/trial/trial_store.h"

namespace nascent {

/// What earlier sessions left to this one.
struct Replayed {
  std::vector<Trial> trials;        ///< those of the record at the search's fidelity, all finished, by number
  std::int64_t next_number = 0;     ///< for the next trial of the study, whatever its fidelity
  std::vector<Trial> to_try_again;  ///< trials that were cut off and whose configuration is owed another attempt
  std::int64_t counted = 0;         ///< finished trials that count: all but those cut off
  bool any_succeeded = false;
  double seconds = 0.0;  ///< how far the study's clock had come
};

/// Closes what was running when the last session died, and shows the record to strategy and scheduler. `fidelity`
/// (empty for full) says what this search gives to a configuration: trials that got more or less than that are left
/// out, since their results cannot be compared.
Replayed replay(TrialStore& store, SearchStrategy& strategy, Scheduler& scheduler,
                const std::function<Fidelity(const Configuration&)>& fidelity);

}  // namespace nascent
