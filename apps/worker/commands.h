#pragma once

#include <filesystem>

namespace nascent::app {

/// Does the jobs of a fit until its coordinator closes the pipe.
int serve(const std::filesystem::path& run);
/// Writes predictions for a table or images with the model of a run.
int predict(const std::filesystem::path& run, const std::filesystem::path& input, const std::filesystem::path& output);
/// Scores the model of a run on rows or images with known answers, and prints every metric.
int evaluate(const std::filesystem::path& run, const std::filesystem::path& input, bool json);
/// Writes the networks of a run as an ONNX file.
int export_model(const std::filesystem::path& run, const std::filesystem::path& output);

}  // namespace nascent::app
