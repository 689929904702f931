#include "evaluation/fitted_model.h"

#include <cmath>

#include "evaluation/learners.h"
#include "nascent/core/error.h"
#include "nascent/data/metric.h"
#include "tabular/pipeline.h"
#ifdef NASCENT_TORCH
#include "evaluation/image_evaluator.h"
#endif

namespace nascent {

FittedModel::FittedModel(std::filesystem::path model_folder)
    : folder_(std::move(model_folder)), manifest_(ModelManifest::load(folder_)) {}

template <typename PredictOne>
Matrix FittedModel::combine(std::size_t rows, const PredictOne& predict_one) const {
  Matrix combined(rows, manifest_.task.outputs());
  if (manifest_.members.empty()) {
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t c = 0; c < combined.columns; ++c)
        combined(row, c) = static_cast<float>(manifest_.constant.at(c));
    return combined;
  }
  for (const ModelMember& member : manifest_.members) {
    const auto share = static_cast<float>(member.weight / static_cast<double>(member.folders.size()));
    for (const std::string& name : member.folders) {
      const Matrix predictions = predict_one(folder_ / name);
      for (std::size_t i = 0; i < combined.values.size(); ++i) combined.values[i] += share * predictions.values[i];
    }
  }
  return combined;
}

Matrix FittedModel::predict(const Table& table) const {
  const std::vector<std::uint32_t> rows = all_rows(table.rows());
  return combine(table.rows(), [&](const std::filesystem::path& folder) {
    return Pipeline::load(folder, make_any_learner).predict(table, rows);
  });
}

Matrix FittedModel::predict(const ImageSet& images) const {
#ifdef NASCENT_TORCH
  return combine(images.count(), [&](const std::filesystem::path& folder) {
    return predict_with_network(folder, manifest_.device, images);
  });
#else
  throw InputError("this nascent was built without libtorch (preset no-torch) and cannot run the network of " +
                   folder_.string() + " on " + std::to_string(images.count()) +
                   " images; use a build of the preset release");
#endif
}

Json score_all(const Task& task, std::span<const double> truth, const Matrix& predictions) {
  Json scores = Json::object();
  for (const Metric& metric : metrics_for(task.kind)) {
    const double value = score(metric, task, truth, predictions);
    if (std::isfinite(value)) scores[metric.name] = value;
  }
  return scores;
}

}  // namespace nascent
