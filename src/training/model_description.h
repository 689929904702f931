#pragma once

#include <filesystem>
#include <functional>

#include "nascent/core/json.h"

namespace nascent {

/// Gives what the description of a saved model holds to `take`. Throws `InputError` naming the file when it is missing,
/// and when it is no JSON or `take` does not find in it what it looks for.
void read_description(const std::filesystem::path& path, const std::function<void(const Json&)>& take);

}  // namespace nascent
