#pragma once

#include "nascent/core/json.h"
#include "nascent/data/table.h"
#include "nascent/execution/job.h"
#include "run/fit_plan.h"
#include "run/run_folder.h"

namespace nascent {

/// Evaluates configurations on a table: the worker's part of a trial.
class TableEvaluator {
 public:
  TableEvaluator(const RunFolder& folder, const FitPlan& plan);

  /// Validates a configuration on every round of the split; leaves the predictions and the fitted models in the trial's
  /// folder.
  Json run_trial(const Json& payload, JobContext& context) const;
  /// Fits a configuration on all rows, for the rounds that its trial found, into the folder `all` of the trial. Fails
  /// when the time is up before it is done: half a fit is worse than the models that are there.
  Json refit(const Json& payload, JobContext& context) const;

 private:
  const RunFolder& folder_;
  const FitPlan& plan_;
  Table table_;
};

}  // namespace nascent
