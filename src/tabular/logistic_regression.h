#pragma once

#include <vector>

#include "nascent/learner/learner.h"

namespace nascent {

/// Logistic regression by liblinear (Fan et al. 2008): an L2 penalty by a trust-region Newton method, an L1 penalty by
/// coordinate descent. Several classes are one against the rest, and their probabilities are divided by their sum.
///
/// Classes without a training row share, with all others, the probability that one row more would have had.
/// The deadline is looked at between the iterations of the solver; a fit that is not done by then throws `Error`.
/// Reads from the configuration: penalty (l2 or l1), c below it.
class LogisticRegression final : public Learner {
 public:
  explicit LogisticRegression(Configuration configuration) : configuration_(std::move(configuration)) {}

  Json fit(const LabelledRows& training, const FitContext& context) override;
  Matrix predict(const FeatureRows& features) const override;
  void save(const std::filesystem::path& folder) const override;
  void load(const std::filesystem::path& folder, const Task& task) override;

 private:
  Configuration configuration_;
  Task task_;
  std::vector<int> classes_;  // those that training had
  std::vector<double>
      weights_;          // lines x (columns + 1), the intercept last; one line for two classes, else one for each
  double spread_ = 0.0;  // the probability that all classes share evenly
};

}  // namespace nascent
