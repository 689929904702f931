#pragma once

#include "nascent/learner/learner.h"
#include "tabular/xgboost_model.h"

namespace nascent {

/// A random forest (Breiman 2001) grown by XGBoost.
///
/// Every tree is a least-squares fit, on its own sample of rows, of the target less its mean; for classes, of the 0/1
/// indicators less their shares, which for two classes is splitting by Gini impurity. So a leaf holds the mean of its
/// rows (drawn a little towards the overall mean by `smoothing`), the forest's prediction is the mean over trees, and
/// class probabilities come out as such. XGBoost is given constant derivatives for this, which lets it add one tree at
/// a time: the deadline is looked at between trees, and what has grown by then is the forest.
///
/// Reads from the configuration: trees, max_depth, min_child_rows, subsample, colsample (of each split), smoothing.
class RandomForest final : public Learner {
 public:
  explicit RandomForest(Configuration configuration) : configuration_(std::move(configuration)) {}

  Json fit(const LabelledRows& training, const FitContext& context) override;
  Matrix predict(const FeatureRows& features) const override;
  void save(const std::filesystem::path& folder) const override;
  void load(const std::filesystem::path& folder, const Task& task) override;

 private:
  Configuration configuration_;
  Task task_;
  int trees_ = 0;
  std::vector<double> mean_;  // of the target or of each indicator
  double scale_ = 1.0;        // deviation of a numeric target
  XgboostModel model_;
};

}  // namespace nascent
