#pragma once

#include <vector>

#include "nascent/learner/learner.h"

namespace nascent {

/// Least squares with an L2 penalty (Hoerl & Kennard 1970), solved exactly: through the columns' products, or the rows'
/// where there are fewer rows than columns. The intercept is not penalized. Reads from the configuration: penalty
/// (ridge), strength below it, which is added to each column's sum of squares.
class RidgeRegression final : public Learner {
 public:
  explicit RidgeRegression(Configuration configuration) : configuration_(std::move(configuration)) {}

  Json fit(const LabelledRows& training, const FitContext& context) override;
  Matrix predict(const FeatureRows& features) const override;
  void save(const std::filesystem::path& folder) const override;
  void load(const std::filesystem::path& folder, const Task& task) override;

 private:
  Configuration configuration_;
  std::vector<double> weights_;
  double intercept_ = 0.0;
};

}  // namespace nascent
