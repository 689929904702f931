#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nascent {

/// The code of each category by its text. Where all categories are numbers they are compared by value as well, so that
/// "1", "01" and "1.0" are one: a program that writes a file anew may add or lose the ".0".
class CategoryIndex {
 public:
  explicit CategoryIndex(std::span<const std::string> categories);

  /// The code of a trimmed cell; empty if it is none of the categories.
  std::optional<std::int32_t> find(std::string_view cell) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> texts_;
  std::unordered_map<double, std::int32_t> values_;  // empty unless all are numbers
};

/// Sorts categories by value where all are numbers, by text otherwise, and drops those that are the same number as an
/// earlier one.
std::vector<std::string> sorted_categories(std::span<const std::string_view> texts);

}  // namespace nascent
