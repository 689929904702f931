#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/data/csv.h"
#include "nascent/space/search_space.h"

/// The columns of a recorded table: found by name, read as numbers, made into parameters.
namespace nascent {

/// The indices of the columns of these names, a trailing `*` standing for all that begin so. Throws `InputError` naming
/// file and column, with near matches; `role` ("--inputs") names where the name came from.
std::vector<std::size_t> find_columns(const CsvTable& csv, const std::vector<std::string>& names,
                                      std::string_view role);

/// The cell as a number; none for anything else.
std::optional<double> number_in(std::string_view cell);

/// A column of numbers; NaN for missing cells and what is not finite. Throws `InputError` naming file, line and column
/// for anything else, and for a column without any number.
std::vector<double> number_column(const CsvTable& csv, std::size_t column, std::string_view role);

/// A column as a parameter, and the category of each row.
struct InputColumn {
  std::string name;
  bool ordered = false;
  std::vector<std::string> categories;
  std::vector<std::size_t> codes;
};

/// Whether the order of the categories means something.
enum class InputOrder { kByContent, kNone, kAsMet };

InputColumn input_column(const CsvTable& csv, std::size_t column, InputOrder order);

/// One row of a table as a point of a space that was given: the column of a parameter has its name, or for one below a
/// category "category.name". Throws `InputError` naming file, line and parameter.
Configuration row_in_space(const CsvTable& csv, std::size_t row, const SearchSpace& space);

}  // namespace nascent
