#pragma once

#include <cstddef>
#include <vector>

#include "nascent/space/encoding.h"

namespace nascent {

/// The vector that the forest sees: numbers as shares of their range and -1 where they are not active; a category's
/// index, and one more category for "not active"; then the features that the space brings itself.
class ForestRows {
 public:
  explicit ForestRows(const SearchSpace& space) : space_(space), encoding_(space) {}

  /// As `RandomForest` takes them. `any`: a configuration, for the number of the space's own features.
  std::vector<std::size_t> categories(const Configuration& any) const;
  std::vector<float> row(const Configuration& configuration) const;

 private:
  SearchSpace space_;
  Encoding encoding_;
};

}  // namespace nascent
