#pragma once

#include <string>
#include <vector>

#include "nascent/data/csv.h"
#include "nascent/replay/recorded_table.h"

namespace nascent {

/// The numbers of a table, as they stand in it.
struct RecordedRows {
  std::vector<std::string> objectives;  ///< names of the columns; with several fidelity columns that of the highest
  std::vector<RecordedRow> rows;
};

/// Throws `InputError` as the constructor of `RecordedTable` says.
RecordedRows read_rows(const CsvTable& csv, const RecordedTableOptions& options);

}  // namespace nascent
