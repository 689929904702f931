#include "evaluation/fitted_model.h"

#include "evaluation/learners.h"
#include "nascent/core/error.h"
#include "tabular/pipeline.h"
#ifdef NASCENT_TORCH
#include "evaluation/image_evaluator.h"
#endif

namespace nascent {

FittedModel::FittedModel(std::filesystem::path model_folder)
    : folder_(std::move(model_folder)), manifest_(ModelManifest::load(folder_)) {}

Matrix FittedModel::predict_fitted(const std::string& name, const Table& table) const {
  return Pipeline::load(folder_ / name, make_any_learner).predict(table, all_rows(table.rows()));
}

Matrix FittedModel::predict_fitted(const std::string& name, [[maybe_unused]] const ImageSet& images) const {
#ifdef NASCENT_TORCH
  return predict_with_network(folder_ / name, manifest_.device, images);
#else
  throw InputError("this nascent was built without libtorch (preset no-torch) and cannot run the network in " +
                   (folder_ / name).string() + "; use a build of the preset release");
#endif
}

template <typename Data>
Matrix FittedModel::mean_of_fitted(const ModelMember& member, const Data& data) const {
  Matrix mean = predict_fitted(member.folders.at(0), data);
  for (std::size_t i = 1; i < member.folders.size(); ++i) {
    const Matrix more = predict_fitted(member.folders[i], data);
    for (std::size_t v = 0; v < mean.values.size(); ++v) mean.values[v] += more.values[v];
  }
  for (float& value : mean.values) value /= static_cast<float>(member.folders.size());
  return mean;
}

template <typename Data>
Matrix FittedModel::combine(std::size_t rows, const Data& data) const {
  Matrix combined(rows, manifest_.task.outputs());
  if (manifest_.members.empty()) {
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t c = 0; c < combined.columns; ++c)
        combined(row, c) = static_cast<float>(manifest_.constant.at(c));
  }
  for (const ModelMember& member : manifest_.members) {
    const Matrix mean = mean_of_fitted(member, data);
    for (std::size_t v = 0; v < combined.values.size(); ++v)
      combined.values[v] += static_cast<float>(member.weight) * mean.values[v];
  }
  return combined;
}

const ModelMember& FittedModel::member_of(std::int64_t trial) const {
  for (const ModelMember& member : manifest_.members)
    if (member.trial == trial) return member;
  throw InternalError("the model has no member from trial " + std::to_string(trial));
}

Matrix FittedModel::predict(const Table& table) const { return combine(table.rows(), table); }

Matrix FittedModel::predict(const ImageSet& images) const { return combine(images.count(), images); }

Matrix FittedModel::predict_member(std::int64_t trial, const Table& table) const {
  return mean_of_fitted(member_of(trial), table);
}

Matrix FittedModel::predict_member(std::int64_t trial, const ImageSet& images) const {
  return mean_of_fitted(member_of(trial), images);
}

}  // namespace nascent
