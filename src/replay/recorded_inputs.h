#pragma once

#include <string>
#include <vector>

#include "nascent/data/csv.h"
#include "nascent/replay/recorded_table.h"

namespace nascent {

/// The rows of a table as configurations of a space.
struct RecordedInputs {
  SearchSpace space;
  std::vector<Configuration> rows;  ///< one a row of the file
  std::vector<std::string> notes;
};

/// Throws `InputError` as the constructor of `RecordedTable` says. With a fidelity, configurations that are no grid
/// make a space that is the list of them.
RecordedInputs read_inputs(const CsvTable& csv, const RecordedTableOptions& options);

}  // namespace nascent
