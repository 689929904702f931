#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nascent/space/search_space.h"

namespace nascent {

/// One coordinate of the fixed-length encoding of a space. A `Repeat` contributes its length and then `maximum` copies
/// of its element's coordinates.
struct Dimension {
  enum class Kind { kFloat, kInt, kCategorical, kLength };

  std::string path;  ///< "model=trees/depth", "stages[1].filters"
  Kind kind;
  /// Bounds of the value as encoded: the logarithm where `log` is set; 0 and count - 1 for categories; inclusive.
  double low;
  double high;
  bool log = false;
  double step = 0.0;     ///< distance of allowed values on the natural scale, 0 for none
  bool ordered = false;  ///< of a categorical: its order means something, so that models treat it as a number
  /// The dimension that decides whether this one is active, -1 for none: a categorical with exactly the value
  /// `condition`, or a length greater than `condition`.
  int parent = -1;
  std::int64_t condition = 0;

  /// Whether near values are alike: everything but unordered categories.
  bool is_numeric() const { return kind != Kind::kCategorical || ordered; }
  /// How many values are allowed; 0 for a float without a step, which has no end of them.
  std::int64_t count() const;
  /// The allowed value of this index, on the encoded scale; 0 <= index < count().
  double value_at(std::int64_t index) const;
  /// The index of the allowed value nearest to an encoded one. Needs count() > 0.
  std::int64_t index_of(double value) const;
  std::int64_t categories() const { return static_cast<std::int64_t>(high - low) + 1; }
};

/// A configuration as a point: one value a dimension (on the encoded scale), and whether it is active. The value of an
/// inactive dimension is 0.
struct EncodedPoint {
  std::vector<double> values;
  std::vector<bool> active;
};

/// The flat view of a space for strategies that need vectors. Parents come before their children. Immutable.
class Encoding {
 public:
  explicit Encoding(const SearchSpace& space);

  const std::vector<Dimension>& dimensions() const { return dimensions_; }
  EncodedPoint encode(const Configuration& configuration) const;
  /// The configuration at a point. Values are clipped to their bounds and rounded to the allowed grid; those of
  /// inactive dimensions are ignored. The elements of a `Repeat` get the identities 1, 2, ...
  Configuration decode(const std::vector<double>& values) const;
  /// Whether a dimension is active, given the values of those before it and whether they are. Values of categories and
  /// lengths are taken as rounded.
  bool is_active(std::size_t dimension, const std::vector<double>& values, const std::vector<bool>& active) const;
  /// The same of all dimensions.
  std::vector<bool> activity(const std::vector<double>& values) const;
  /// Rounds an encoded value to the nearest allowed one, within the bounds.
  static double snap(const Dimension& dimension, double value);

 private:
  SearchSpace space_;
  std::vector<Dimension> dimensions_;
  /// Of each category or length: where the dimensions below each category or element begin, and where they end.
  std::vector<std::vector<std::size_t>> below_;
};

}  // namespace nascent
