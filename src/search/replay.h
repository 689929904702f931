#pragma once

#include <cstdint>
#include <vector>

#include "nascent/estimation/scheduler.h"
#include "nascent/strategy/search_strategy.h"
#include "nascent/trial/trial_store.h"

namespace nascent {

/// What earlier sessions left to this one.
struct Replayed {
  std::vector<Trial> trials;        ///< the whole record, all finished, by number
  std::vector<Trial> to_try_again;  ///< trials that were cut off and whose configuration is owed another attempt
  std::int64_t counted = 0;         ///< finished trials that count: all but those cut off
  bool any_succeeded = false;
  double seconds = 0.0;  ///< how far the study's clock had come
};

/// Closes what was running when the last session died, and shows the record to strategy and scheduler.
Replayed replay(TrialStore& store, SearchStrategy& strategy, Scheduler& scheduler);

}  // namespace nascent
