#pragma once

#include <span>
#include <vector>

#include "nascent/space/encoding.h"

namespace nascent {

/// The values, on the encoded scale, at a point of the unit cube with one coordinate a dimension. A uniform point gives
/// a uniform configuration: each coordinate is distributed as in `SearchSpace::sample`.
std::vector<double> values_at(const std::vector<Dimension>& dimensions, std::span<const double> unit_point);

/// The same for one coordinate.
double value_at(const Dimension& dimension, double unit);

}  // namespace nascent
