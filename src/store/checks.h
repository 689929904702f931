#pragma once

#include "nascent/trial/trial.h"

/// What every store refuses, in the same words. All throw `InternalError`: the caller broke the contract.
namespace nascent {

void check_can_be_created(const Trial& trial);
/// `number` is that of the trial or `kNextNumber`.
void check_is_not_beyond(std::int64_t number, std::int64_t next_number);
void check_is_finished(const Trial& trial);
[[noreturn]] void throw_unknown_trial(std::int64_t number);
[[noreturn]] void throw_finished_already(std::int64_t number);

}  // namespace nascent
