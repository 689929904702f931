#pragma once

#include <string>
#include <string_view>

#include "nascent/space/search_space.h"
#include "nascent/trial/trial.h"

/// A trial as a log of bytes: its start, its reports, its end, appended as they happen. Only within one process, so the
/// form has no version.
namespace nascent {

std::string packed_start(const SearchSpace& space, const Trial& trial);
void append_report(std::string& log, const Report& report);
void append_end(std::string& log, const Trial& trial);
Trial unpack_trial(const SearchSpace& space, std::int64_t number, std::string_view log);

}  // namespace nascent
