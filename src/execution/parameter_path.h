#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nascent/space/search_space.h"

namespace nascent {

/// Whether a path ("lr", "optimizer.momentum", "optimizer.sgd.momentum", "layers[0].filters", "layers.filters") names a
/// parameter of the space.
bool names_parameter(const SearchSpace& space, std::string_view path);

/// The short path of every parameter, each once: "lr", "optimizer", "optimizer.momentum", "layers", "layers.filters".
std::vector<std::string> parameter_paths(const SearchSpace& space);

}  // namespace nascent
