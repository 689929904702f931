#pragma once

#include "nascent/learner/learner.h"
#include "tabular/target_scale.h"
#include "tabular/xgboost_model.h"

namespace nascent {

/// Gradient boosted trees by XGBoost's histogram method (Chen & Guestrin 2016): log loss for classes, squared error for
/// numbers.
///
/// With validation rows it boosts until their score has not improved for a while, and keeps the best round. Without, it
/// boosts for `FitContext::rounds`, or as many as usually suit the learning rate. The deadline is looked at between
/// rounds. Reads from the configuration: learning_rate, growth (depthwise: max_depth; lossguide: max_leaves),
/// min_child_weight, subsample, colsample (of each level), reg_lambda, reg_alpha, gamma.
class BoostedTrees final : public Learner {
 public:
  explicit BoostedTrees(Configuration configuration) : configuration_(std::move(configuration)) {}

  Json fit(const LabelledRows& training, const FitContext& context) override;
  Matrix predict(const FeatureRows& features) const override;
  void save(const std::filesystem::path& folder) const override;
  void load(const std::filesystem::path& folder, const Task& task) override;

 private:
  Matrix finished(Matrix raw) const;

  Configuration configuration_;
  Task task_;
  TargetScale scale_;
  XgboostModel model_;
};

}  // namespace nascent
