#include "strategy/unit_cube.h"

#include <algorithm>
#include <cmath>

namespace nascent {

double value_at(const Dimension& dimension, double unit) {
  const std::int64_t count = dimension.count();
  if (count == 1) return dimension.low;
  if (count == 0) return dimension.low + unit * (dimension.high - dimension.low);
  if (dimension.log) {
    // The outermost values have their whole share of the logarithmic range.
    const double low = std::log(std::exp(dimension.low) - 0.5);
    const double high = std::log(std::exp(dimension.high) + 0.5);
    return Encoding::snap(dimension, low + unit * (high - low));
  }
  return dimension.value_at(std::min(static_cast<std::int64_t>(unit * static_cast<double>(count)), count - 1));
}

std::vector<double> values_at(const std::vector<Dimension>& dimensions, std::span<const double> unit_point) {
  std::vector<double> values(dimensions.size());
  for (std::size_t d = 0; d < dimensions.size(); ++d) values[d] = value_at(dimensions[d], unit_point[d]);
  return values;
}

}  // namespace nascent
