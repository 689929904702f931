#pragma once

#include "nascent/space/search_space.h"

/// How networks for images are trained, as a space (docs/methods/training.md).
namespace nascent {

/// The usual hyperparameters, those of `wanted` in place of the ones of their names; what `wanted` leaves out below a
/// category (`optimizer = "sgd"`) is usual, too. Throws `InputError` for a parameter or a category that training does
/// not know, with near matches, and for one of the wrong type.
SearchSpace training_space(const SearchSpace& wanted);

/// Adds a parameter that another space has.
void add_parameter(SearchSpace& space, const Parameter& parameter);

}  // namespace nascent
