#pragma once

#include <filesystem>

namespace nascent {

/// Writes the final model of a run on images, read from its model folder, as one ONNX file (docs/formats/onnx.md).
/// Returns how many networks it holds. Throws `InputError` when there is no model, when it is one for tables or has no
/// network, or when a network cannot be expressed; `SystemError` when the file cannot be written.
std::size_t write_onnx_file(const std::filesystem::path& model_folder, const std::filesystem::path& path);

}  // namespace nascent
