#pragma once

#include <cstddef>
#include <cstdint>

namespace nascent {

inline constexpr std::size_t kSobolDirectionNumbers = 3641;

/// The direction numbers of the second and all further dimensions of a Sobol sequence, row after row; see the source.
extern const std::uint16_t kSobolDirections[kSobolDirectionNumbers];

}  // namespace nascent
