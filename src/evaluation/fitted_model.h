#pragma once

#include <filesystem>
#include <memory>

#include "nascent/data/images.h"
#include "nascent/data/matrix.h"
#include "nascent/data/table.h"
#include "run/model_manifest.h"

namespace nascent {

/// The final model of a run, read from its model folder: the weighted mean of its members, each the mean of its fitted
/// models. Not safe for use by several threads at once.
class FittedModel {
 public:
  /// Throws `InputError` naming the file that is missing or damaged.
  explicit FittedModel(std::filesystem::path model_folder);

  const ModelManifest& manifest() const { return manifest_; }

  /// rows x `Task::outputs()`.
  Matrix predict(const Table& table) const;
  Matrix predict(const ImageSet& images) const;

 private:
  /// Combines what `predict_one(folder)` gives for every fitted model of every member.
  template <typename PredictOne>
  Matrix combine(std::size_t rows, const PredictOne& predict_one) const;

  std::filesystem::path folder_;
  ModelManifest manifest_;
};

/// Every metric that fits the task, by name; those that are undefined here are left out.
Json score_all(const Task& task, std::span<const double> truth, const Matrix& predictions);

}  // namespace nascent
