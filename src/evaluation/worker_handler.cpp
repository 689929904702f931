#include "evaluation/worker_handler.h"

#include <numeric>

#include "evaluation/fitted_model.h"
#include "nascent/core/error.h"
#include "run/prediction_file.h"
#ifdef NASCENT_TORCH
#include "evaluation/image_evaluator.h"
#else
namespace nascent {
class ImageEvaluator {};
}  // namespace nascent
#endif

namespace nascent {

WorkerHandler::WorkerHandler(const std::filesystem::path& run) : folder_(run), plan_(FitPlan::load(folder_.plan())) {
  if (plan_.kind == DataKind::kTable) {
    tables_ = std::make_unique<TableEvaluator>(folder_, plan_);
    return;
  }
#ifdef NASCENT_TORCH
  images_ = std::make_unique<ImageEvaluator>(folder_, plan_);
#else
  throw InputError("this nascent was built without libtorch (preset no-torch) and cannot train networks for images");
#endif
}

WorkerHandler::~WorkerHandler() = default;

Json WorkerHandler::run(const Json& payload, JobContext& context) {
  const std::string kind = payload.at("kind");
  if (kind == "test") return predict_test(payload.at("trial"));
#ifdef NASCENT_TORCH
  if (images_ != nullptr && kind == "share") return images_->share_weights(payload, context);
  if (images_ != nullptr && kind == "trial") return images_->run_trial(payload, context);
#endif
  if (tables_ != nullptr && kind == "trial") return tables_->run_trial(payload, context);
  if (tables_ != nullptr && kind == "refit") return tables_->refit(payload, context);
  throw InternalError("the worker knows no job \"" + kind + "\" for this data");
}

Json WorkerHandler::predict_test(std::int64_t trial) const {
  const FittedModel model(folder_.model());
  const Matrix predictions = plan_.kind == DataKind::kTable
                                 ? model.predict_member(trial, Table::map(folder_.test_data()))
                                 : model.predict_member(trial, ImageSet::map(folder_.test_data()));
  ValidationPredictions file{.rows = std::vector<std::uint32_t>(predictions.rows), .values = predictions};
  std::iota(file.rows.begin(), file.rows.end(), 0U);
  save_predictions(folder_.test_predictions(trial), file);
  return {{"metrics", Json::object()}};
}

}  // namespace nascent
