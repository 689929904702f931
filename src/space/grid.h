#pragma once

#include <cstdint>

#include "nascent/space/search_space.h"

/// The allowed values of numeric parameters, numbered from 0.
namespace nascent {

/// How many values low, low + step, ... reach up to `high`. Requires step > 0.
std::uint64_t grid_count(double low, double high, double step);

/// low + index * step, rounded to 12 significant digits, so that the third step of 0.1 is 0.3 and not
/// 0.30000000000000004.
double grid_value(double low, double step, std::uint64_t index);

/// The index of the allowed value nearest to `value`.
std::uint64_t nearest_grid_index(double low, double high, double step, double value);

inline std::uint64_t count_of(const IntDomain& domain) {
  return static_cast<std::uint64_t>((domain.high - domain.low) / domain.step) + 1;
}
/// The largest value that the step reaches.
inline std::int64_t last_of(const IntDomain& domain) {
  return domain.low + static_cast<std::int64_t>(count_of(domain) - 1) * domain.step;
}

/// The nearest point of the domain.
double nearest(const FloatDomain& domain, double value);
std::int64_t nearest(const IntDomain& domain, double value);

}  // namespace nascent
