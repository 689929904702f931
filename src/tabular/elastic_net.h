#pragma once

#include "nascent/learner/learner.h"
#include "tabular/target_scale.h"
#include "tabular/xgboost_model.h"

namespace nascent {

/// Least squares with an L1 and an L2 penalty (Zou & Hastie 2005) by coordinate descent: XGBoost's linear booster. It
/// goes over the columns until the fit stands still. Both penalties are relative to the number of rows. Reads from the
/// configuration: penalty (elastic_net), l1 and l2 below it.
class ElasticNet final : public Learner {
 public:
  explicit ElasticNet(Configuration configuration) : configuration_(std::move(configuration)) {}

  Json fit(const LabelledRows& training, const FitContext& context) override;
  Matrix predict(const FeatureRows& features) const override;
  void save(const std::filesystem::path& folder) const override;
  void load(const std::filesystem::path& folder, const Task& task) override;

 private:
  Configuration configuration_;
  TargetScale scale_;
  XgboostModel model_;
};

}  // namespace nascent
