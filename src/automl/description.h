#pragma once

#include <string>

#include "nascent/space/configuration.h"
#include "nascent/trial/trial.h"

namespace nascent {

/// A configuration in one line for people: "boosted_trees: learning_rate 0.08, max_depth 6, categories native". With a
/// positive `limit`, what goes beyond so many characters is left out ("...").
std::string describe(const Configuration& configuration, std::size_t limit = 0);

/// A finished trial in one line for people: of a designed network its size in place of its layers: "3 stages, 32-64-96
/// filters, 232,218 parameters; optimizer sgd (learning_rate 0.4), augmentation crop".
std::string describe(const Trial& trial);

}  // namespace nascent
