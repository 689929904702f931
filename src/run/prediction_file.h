#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "nascent/data/matrix.h"

namespace nascent {

/// The predictions of one trial for the rows that validated it.
struct ValidationPredictions {
  std::vector<std::uint32_t> rows;  ///< ascending, indices into the training data
  Matrix values;                    ///< rows x `Task::outputs()`
};

/// Replaces the file as one step; throws `SystemError` when it cannot be written.
void save_predictions(const std::filesystem::path& path, const ValidationPredictions& predictions);
/// Throws `InputError` when the file is missing or damaged.
ValidationPredictions load_predictions(const std::filesystem::path& path);

}  // namespace nascent
