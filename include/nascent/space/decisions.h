#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nascent/space/encoding.h"

namespace nascent {

/// One place where something has to be chosen among `options` things.
struct DecisionPoint {
  std::string path;
  std::size_t options;
  /// The same for the same parameter in every element of a list, so that a policy can share what it knows of them.
  std::size_t kind;
  std::size_t dimension;  ///< of the encoding
};

struct MadeDecision {
  std::size_t point;  ///< in `points()`
  std::size_t option;
};

/// A space as a sequence of choices among finitely many options, for a policy to walk: a category is one choice, a
/// list first chooses its length, a number chooses one of its values, or one of `bins` equal parts of its (logarithmic)
/// range where it has more values than that (of whole numbers, parts that hold none are left out). What is not active,
/// or has one value only, is not asked. Constraints are not looked at: what `walk` returns may need to be `repaired`.
/// Immutable.
class Decisions {
 public:
  explicit Decisions(const SearchSpace& space, std::size_t bins = 10);

  const std::vector<DecisionPoint>& points() const { return points_; }
  std::size_t kinds() const { return kinds_; }

  /// Asks `choose` for each decision on the way (with the index of its point) and returns the configuration. A number
  /// is drawn within its part, so that `of` gives back what was chosen.
  Configuration walk(const std::function<std::size_t(std::size_t point)>& choose, Random& random) const;
  /// The decisions that lead to a configuration, in the order of the walk.
  std::vector<MadeDecision> of(const Configuration& configuration) const;

 private:
  Encoding encoding_;
  /// Of each point the index of the first value of each option, and the number of values; empty for a range without
  /// steps.
  std::vector<std::vector<std::int64_t>> starts_;
  std::vector<std::size_t> point_of_dimension_;  ///< `points_.size()` where nothing is asked
  std::vector<DecisionPoint> points_;
  std::size_t kinds_ = 0;
};

}  // namespace nascent
