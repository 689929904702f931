#pragma once

#include <cstddef>
#include <vector>

#include "nascent/space/encoding.h"

namespace nascent {

/// A numeric dimension of an encoding as a coordinate from 0 to 1, (logarithmic) low to high. Where only some values
/// are allowed each has a cell, of the same width where the values are even; 0 and 1 are the outer ends of the first
/// and the last cell.
class UnitCoordinate {
 public:
  UnitCoordinate(std::size_t dimension, const Dimension& of);

  std::size_t dimension() const { return dimension_; }
  /// Whether only some values are allowed, and so few that it matters; they are far apart for a small step.
  bool discrete() const { return !thresholds_.empty(); }
  /// Where the cell of one value gives way to that of the next.
  const std::vector<double>& thresholds() const { return thresholds_; }

  double to_unit(double encoded) const { return (encoded - low_) / (high_ - low_); }
  /// Not rounded to the allowed values: `Encoding::decode` and `Encoding::snap` do that.
  double from_unit(double unit) const { return low_ + unit * (high_ - low_); }

 private:
  std::size_t dimension_;
  double low_;
  double high_;
  std::vector<double> thresholds_;
};

/// The dimensions of a space that leave a choice: numbers, ordered categories and lengths as coordinates, the others
/// by their categories.
struct SplitDimensions {
  std::vector<UnitCoordinate> numbers;
  std::vector<std::size_t> categories;  ///< dimensions
};
SplitDimensions split_dimensions(const Encoding& encoding);

}  // namespace nascent
