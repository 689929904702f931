#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace nascent {

using Cells = std::vector<std::string_view>;

/// What the cells of a column are when read as numbers.
struct ColumnProfile {
  std::size_t rows = 0;
  std::size_t missing = 0;  ///< not known, or an infinite number
  std::size_t numbers = 0;
  std::size_t others = 0;       ///< neither
  std::size_t first_other = 0;  ///< the row, if there are others
  bool decimal_comma = false;   ///< read with a comma as the decimal point, because that makes more of them numbers
  bool whole = true;            ///< no number has a fraction
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -std::numeric_limits<double>::infinity();
  bool counts_up = true;  ///< each number is one more than that of the row before, and none is missing

  std::size_t present() const { return numbers + others; }
};

ColumnProfile profile_column(const Cells& cells);

/// The different texts of a column, trimmed, in the order of their first row; missing cells left out.
struct DistinctCells {
  std::vector<std::string_view> texts;
  std::vector<std::size_t> counts;

  std::size_t size() const { return texts.size(); }
};

DistinctCells distinct_cells(const Cells& cells);

/// Whether a column counts as numbers though some of its cells are not: a few slips among many different numbers, or
/// one word that stands for "not known".
bool is_mostly_numbers(const ColumnProfile& profile, const Cells& cells);

/// "12 cells (1.3 %)"
std::string count_and_share(std::size_t count, std::size_t rows);

}  // namespace nascent
