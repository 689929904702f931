#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nascent/core/random.h"
#include "nascent/space/search_space.h"

namespace nascent {

/// The points of a grid over a space, numbered from 0: of each number evenly spaced values from its low to its high
/// end, of a category each one with the grid of its sub-space, of a list each length with the grid of every element.
class GridPoints {
 public:
  /// How many values a numeric parameter gets at most. Asked once for each; for categories and lists, which have all
  /// their values, it is told their names only.
  struct Path {
    std::string full;        ///< "model.trees.depth": the chosen categories are named, elements of lists not numbered
    std::string brief;       ///< "model.depth", as in constraints
    bool is_number = false;  ///< otherwise a category or a list
  };
  using Resolution = std::function<std::uint64_t(const Path& path)>;

  GridPoints(const SearchSpace& space, const Resolution& resolution);

  /// More than this are not counted.
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 62;

  /// The number of points, or `kMost + 1` where there are more than `kMost`.
  std::uint64_t size() const { return root_.front().size; }
  /// The point of this index, below `size()`.
  Configuration point(std::uint64_t index) const { return point_of(root_.front(), index); }
  /// A point at random: every category, every length and every value of a number alike.
  Configuration draw(Random& random) const { return draw_from(root_.front(), random); }

 private:
  struct Level;
  /// The values of one parameter: numbers, or categories or one list with levels below them.
  struct Axis {
    std::string name;
    std::uint64_t size = 0;
    std::vector<Value> numbers;
    std::vector<std::pair<std::string, Level>> categories;
    std::vector<Level> element;  ///< one, of a list
    std::int64_t shortest = 0;
    std::int64_t longest = 0;
  };
  struct Level {
    std::vector<Axis> axes;
    std::uint64_t size = 1;
  };

  static Level make_level(const SearchSpace& space, const Path& prefix, const Resolution& resolution);
  static Axis make_axis(const Parameter& parameter, const Path& path, const Resolution& resolution);
  static Configuration point_of(const Level& level, std::uint64_t index);
  static Value value_of(const Axis& axis, std::uint64_t index);
  static Configuration draw_from(const Level& level, Random& random);
  static Value draw_value(const Axis& axis, Random& random);

  std::vector<Level> root_;  ///< one
};

}  // namespace nascent
