#pragma once

#include <cstddef>

#include "nascent/data/csv.h"
#include "nascent/data/table.h"

namespace nascent {

/// Looks at all cells of a column that is not the target and decides what it is; a note says what a person should know.
ColumnSchema infer_column(const CsvTable& csv, std::size_t column);

/// A category on request, however many values it has. Throws `InputError` if all of its cells are missing.
ColumnSchema category_column(const CsvTable& csv, std::size_t column);

/// A number on request. Throws `InputError` naming the first line that is none, if most cells are not.
ColumnSchema number_column(const CsvTable& csv, std::size_t column);

}  // namespace nascent
