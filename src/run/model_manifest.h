#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/data/images.h"
#include "nascent/data/table.h"
#include "run/fit_plan.h"

namespace nascent {

/// One trial in the final model. Where it has several fitted models (one for each fold), their predictions are
/// averaged.
struct ModelMember {
  std::int64_t trial = 0;
  double weight = 1.0;
  std::string description;
  std::vector<std::string> folders;  ///< inside the model folder
};

/// The table of contents of a model folder, `model.json`: how to read the data and which fitted models to combine.
struct ModelManifest {
  DataKind kind = DataKind::kTable;
  Task task;
  std::optional<TableSchema> table;
  std::optional<ImageSchema> images;
  std::string metric;
  std::string device = "cpu";
  std::vector<ModelMember> members;  ///< weights sum to one
  std::vector<double> constant;      ///< what to predict when there is no member: class shares, or the mean

  void save(const std::filesystem::path& model_folder) const;
  /// Throws `InputError` when there is no model there, or it cannot be read.
  static ModelManifest load(const std::filesystem::path& model_folder);
};

}  // namespace nascent
