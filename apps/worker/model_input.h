#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluation/fitted_model.h"

namespace nascent::app {

/// What a model predicts for a file or folder that a user named.
struct ModelOutput {
  Matrix predictions;
  std::vector<double> truth;           ///< empty where the answers are not there
  std::vector<std::string> names;      ///< of the images; empty for tables
  std::vector<std::string> sentences;  ///< what was odd about the input
};

/// Reads the input as the model's training data was read, and predicts. `need_truth`: rows without a target are left
/// out, and an input without any is an `InputError`.
ModelOutput run_model(const FittedModel& model, const std::filesystem::path& input, bool need_truth);

}  // namespace nascent::app
