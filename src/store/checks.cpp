#include "store/checks.h"

#include <fmt/format.h>

#include "nascent/core/error.h"

namespace nascent {

void check_can_be_created(const Trial& trial) {
  if (trial.state != TrialState::kRunning || !trial.reports.empty())
    throw InternalError(fmt::format("trial {} cannot be recorded as new, since it is under way", trial.number));
}

void check_is_not_beyond(std::int64_t number, std::int64_t next_number) {
  if (number > next_number)
    throw InternalError(fmt::format("trial {} cannot be recorded, since the next one is {}", number, next_number));
}

void check_is_finished(const Trial& trial) {
  if (!is_finished(trial.state))
    throw InternalError(fmt::format("trial {} cannot be recorded as finished, since it is running", trial.number));
}

void throw_unknown_trial(std::int64_t number) { throw InternalError(fmt::format("the study has no trial {}", number)); }

void throw_finished_already(std::int64_t number) {
  throw InternalError(fmt::format("trial {} is finished and its record does not change any more", number));
}

}  // namespace nascent
