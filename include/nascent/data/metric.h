#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "nascent/data/matrix.h"
#include "nascent/data/task.h"

namespace nascent {

/// A measure of how well predictions fit the truth.
struct Metric {
  std::string name;  ///< "accuracy", "balanced_accuracy", "log_loss", "roc_auc", "f1", "rmse", "mae", "r2"
  bool maximize;
  std::string label;  ///< for people: "accuracy", "ROC AUC", "R²"
};

/// The metrics that make sense for a task, the default first: accuracy for classes, RMSE for numbers. `roc_auc` is
/// one-vs-rest averaged over classes and `f1` macro-averaged for several classes; for two classes both count the second
/// one (in the order of `Task::classes`) as positive.
const std::vector<Metric>& metrics_for(TaskKind kind);

/// Throws `InputError`, with the metrics that fit, for an unknown name or one that does not fit the task.
const Metric& metric_named(const std::string& name, TaskKind kind);

/// The metric over all rows.
/// `truth`: a class index or a value for each row. `predictions`: rows x `Task::outputs()`, probabilities that sum to
/// one or the value. A truth of -1 is a class that training never saw: always wrong, and left out of `log_loss` and
/// `roc_auc`. Probabilities are clipped to [1e-15, 1] for `log_loss`. Classes without a row do not count in averages
/// over classes, in which unseen classes count together as one more. NaN when it is undefined: `roc_auc` with a single
/// class present, `f1` of two classes when the positive one is neither true nor predicted, `r2` of a constant, no rows,
/// a prediction that is NaN.
double score(const Metric& metric, const Task& task, std::span<const double> truth, const Matrix& predictions);

/// Every metric that fits the task, by name; those that are undefined here are left out.
std::map<std::string, double> score_all(const Task& task, std::span<const double> truth, const Matrix& predictions);

}  // namespace nascent
