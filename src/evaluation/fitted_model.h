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

  /// The same for one member alone, named by its trial.
  Matrix predict_member(std::int64_t trial, const Table& table) const;
  Matrix predict_member(std::int64_t trial, const ImageSet& images) const;

 private:
  Matrix predict_fitted(const std::string& name, const Table& table) const;
  Matrix predict_fitted(const std::string& name, const ImageSet& images) const;
  template <typename Data>
  Matrix mean_of_fitted(const ModelMember& member, const Data& data) const;
  template <typename Data>
  Matrix combine(std::size_t rows, const Data& data) const;
  const ModelMember& member_of(std::int64_t trial) const;

  std::filesystem::path folder_;
  ModelManifest manifest_;
};

}  // namespace nascent
