#pragma once

#include "nascent/space/search_space.h"

namespace nascent {

/// Draws the parameters that the constraints of this level name again, until they are kept; the spaces below keep their
/// own already. Throws `InputError` where the constraints allow hardly any point.
void keep_constraints(const SearchSpace& space, Configuration& configuration, Random& random);

}  // namespace nascent
