#pragma once

#include <cstddef>
#include <optional>

#include "nascent/data/csv.h"
#include "nascent/data/table.h"

namespace nascent {

/// What is to be predicted, from the cells of the target column.
///
/// Words are classes, and so are two values of any kind. Whole numbers are classes if they are few for the number of
/// rows and look like codes or grades rather than counts: up to ten values with four rows each on average, or up to
/// fifty that follow each other without a gap and none of which is rare. Other numbers make a regression. `wanted`
/// overrides.
///
/// `target` gets its note and how its numbers are written. Throws `InputError`: no value or a single one; a number
/// forced on words, with the first offending line; two classes wanted where there are more; (nearly) as many classes as
/// rows.
Task infer_task(const CsvTable& csv, std::size_t column, std::optional<TaskKind> wanted, ColumnSchema& target);

}  // namespace nascent
