#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "automl/model_assembly.h"
#include "automl/settings.h"
#include "nascent/core/json.h"
#include "nascent/trial/trial.h"
#include "run/fit_plan.h"

namespace nascent {

/// All that the report tells of.
struct ReportContent {
  const FitPlan& plan;
  const StudySettings& settings;
  const Machine& machine;
  const std::vector<Trial>& trials;
  const ChosenModel* chosen;  ///< null when no trial ended in time
  const std::set<std::int64_t>& refitted;
  double baseline_score;  ///< of predicting the same for every row
  const std::optional<Metrics>& test;
  const std::string& test_missing_because;
  const std::string& ended_because;
  const std::vector<std::string>& warnings;
  const std::vector<std::pair<std::string, double>>& phases;
  double strategy_seconds;
  std::string notice;  ///< of the scheduler
  double store_seconds;
  double session_seconds;
  double total_seconds;
};

/// The document that `report.json` holds: task, data, split, best configuration, scores, time spent in each part.
OrderedJson make_report(const ReportContent& content);

}  // namespace nascent
