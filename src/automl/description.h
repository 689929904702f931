#pragma once

#include <string>

#include "nascent/space/configuration.h"

namespace nascent {

/// A configuration in one line for people: "boosted_trees: learning_rate 0.08, max_depth 6, categories native". With a
/// positive `limit`, what goes beyond so many characters is left out ("...").
std::string describe(const Configuration& configuration, std::size_t limit = 0);

}  // namespace nascent
