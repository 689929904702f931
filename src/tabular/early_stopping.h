#pragma once

#include <span>
#include <string>

#include "nascent/data/matrix.h"
#include "nascent/data/metric.h"
#include "nascent/data/task.h"

namespace nascent {

/// Watches the validation score of each round and says when it has stopped getting better.
///
/// Metrics that count (accuracy, F1) stand still for many rounds while the model still improves: among rounds of the
/// same score the one with the lower log loss is better.
class EarlyStopping {
 public:
  /// `metric`: the name of one; the task's default where it is empty. `patience`: rounds without a better one.
  EarlyStopping(const Task& task, const std::string& metric, int patience);

  /// Takes the predictions after a round, counted from 1. Returns whether to go on.
  bool observe(int round, std::span<const double> truth, const Matrix& predictions);

  /// 0 if no round had a score.
  int best_round() const { return best_round_; }
  double best_score() const { return best_score_; }

 private:
  const Task& task_;
  const Metric& metric_;
  int patience_;
  int best_round_ = 0;
  double best_score_ = 0.0;
};

}  // namespace nascent
