#pragma once

#include <span>
#include <string>

#include "nascent/data/matrix.h"
#include "nascent/data/metric.h"
#include "nascent/data/task.h"
#include "training/torch.h"

namespace nascent {

/// Remembers the weights of the epoch that did best on the validation rows.
///
/// Metrics that count (accuracy, F1) jump from epoch to epoch by chance; the log loss is watched in their place.
class BestEpoch {
 public:
  /// `metric`: the name of one; the task's default where it is empty. `patience`: epochs without a better one.
  BestEpoch(const Task& task, const std::string& metric, int patience);

  /// Takes the predictions after an epoch, counted from 1, and a copy of the weights if it is the best so far. Returns
  /// whether to go on.
  bool observe(int epoch, std::span<const double> truth, const Matrix& predictions, const torch::Tensor& weights);

  int epoch() const { return epoch_; }  ///< 0 if no epoch had a score
  double score() const { return score_; }
  const torch::Tensor& weights() const { return weights_; }

 private:
  const Task& task_;
  const Metric& metric_;
  int patience_;
  int epoch_ = 0;
  double score_ = 0.0;
  torch::Tensor weights_;
};

}  // namespace nascent
