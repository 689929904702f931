#include "evaluation/worker_handler.h"

#include "evaluation/fitted_model.h"
#include "nascent/core/error.h"
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
  if (kind == "score") return score_test(context);
#ifdef NASCENT_TORCH
  if (images_ != nullptr && kind == "trial") return images_->run_trial(payload, context);
#endif
  if (tables_ != nullptr && kind == "trial") return tables_->run_trial(payload, context);
  if (tables_ != nullptr && kind == "refit") return tables_->refit(payload, context);
  throw InternalError("the worker knows no job \"" + kind + "\" for this data");
}

Json WorkerHandler::score_test(JobContext&) const {
  const FittedModel model(folder_.model());
  std::vector<double> truth;
  Matrix predictions;
  if (plan_.kind == DataKind::kTable) {
    const Table table = Table::map(folder_.test_data());
    truth.assign(table.target().begin(), table.target().end());
    predictions = model.predict(table);
  } else {
    const ImageSet images = ImageSet::map(folder_.test_data());
    truth.assign(images.labels().begin(), images.labels().end());
    predictions = model.predict(images);
  }
  return {{"metrics", score_all(plan_.task, truth, predictions)}, {"rows", truth.size()}};
}

}  // namespace nascent
