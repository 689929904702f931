#pragma once

#include <string>
#include <vector>

#include "nascent/learner/family.h"
#include "nascent/space/search_space.h"

namespace nascent {

/// A space and where to start in it.
struct StartedSpace {
  SearchSpace space;
  std::vector<Configuration> first;
};

/// One conditional space for all families: the parameter `model`, whose every category opens the space of its family.
/// The first configurations take turns: the first of each family, then the second of each.
StartedSpace join_families(const std::vector<Family>& families);

}  // namespace nascent
