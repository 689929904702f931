#pragma once

#include <string>
#include <string_view>

#include "nascent/space/search_space.h"

namespace nascent {

/// A configuration as few bytes, for records of millions of trials. It can only be read with the space it belongs to.
///
/// A byte with the version of the form, then the values in the order of the space's parameters: a float as 8 bytes, an
/// int of variable length, a category as its index followed by the values below it, a `Repeat` as its length and for
/// each element its identity and its values. Twenty floats take 161 bytes (as JSON about 500).
///
/// Throws `InternalError` that names the parameter when the configuration is no point of the space's tree (bounds are
/// not checked).
std::string pack(const SearchSpace& space, const Configuration& configuration);

/// Reads what `pack` wrote. The values are in the order of the space. Throws `SystemError` for bytes that are not a
/// configuration of this space, `InputError` for those of a newer version.
Configuration unpack(const SearchSpace& space, std::string_view bytes);

}  // namespace nascent
