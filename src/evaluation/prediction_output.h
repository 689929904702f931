#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nascent/data/matrix.h"
#include "nascent/data/task.h"

namespace nascent {

/// Writes predictions as CSV, one line for each row: the name of the row where there are names, the prediction, and for
/// classes the probability of each. Throws `SystemError` when the file cannot be written.
void write_predictions_csv(const std::filesystem::path& path, const Task& task, const Matrix& predictions,
                           const std::vector<std::string>& names);

}  // namespace nascent
