#pragma once

#include "nascent/space/search_space.h"

namespace nascent {

/// A value of the parameter drawn uniformly, as `SearchSpace::sample` does.
Value draw(const Parameter& parameter, Random& random);

}  // namespace nascent
