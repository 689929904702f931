#pragma once

#include <filesystem>
#include <memory>

#include "evaluation/table_evaluator.h"
#include "nascent/execution/job.h"
#include "run/fit_plan.h"
#include "run/run_folder.h"

namespace nascent {

class ImageEvaluator;

/// Does the jobs of a fit in a worker process: "trial" (evaluate a configuration), "refit" (fit it on all rows) and
/// "test" (predict the test data with one member of the final model).
class WorkerHandler : public JobHandler {
 public:
  /// Reads the plan and maps the data of a run folder.
  explicit WorkerHandler(const std::filesystem::path& run);
  ~WorkerHandler() override;

  Json run(const Json& payload, JobContext& context) override;

 private:
  Json predict_test(std::int64_t trial) const;

  RunFolder folder_;
  FitPlan plan_;
  std::unique_ptr<TableEvaluator> tables_;
  std::unique_ptr<ImageEvaluator> images_;
};

}  // namespace nascent
