#include "tabular/early_stopping.h"

#include <cmath>

namespace nascent {

namespace {

const Metric& metric_or_default(const std::string& name, TaskKind kind) {
  return name.empty() ? metrics_for(kind).front() : metric_named(name, kind);
}

}  // namespace

EarlyStopping::EarlyStopping(const Task& task, const std::string& metric, int patience)
    : task_(task), metric_(metric_or_default(metric, task.kind)), patience_(patience) {
  if (task.is_classification() && metric_.name != "log_loss") tie_breaker_ = &metric_named("log_loss", task.kind);
}

bool EarlyStopping::observe(int round, std::span<const double> truth, const Matrix& predictions) {
  const double value = score(metric_, task_, truth, predictions);
  if (!std::isnan(value)) {
    const bool first = best_round_ == 0;
    bool better = first || (metric_.maximize ? value > best_score_ : value < best_score_);
    double tie = 0.0;
    if (tie_breaker_ != nullptr && (better || value == best_score_)) {
      tie = score(*tie_breaker_, task_, truth, predictions);
      better = better || tie < best_tie_;
    }
    if (better) {
      best_round_ = round;
      best_score_ = value;
      best_tie_ = tie;
    }
  }
  return round - best_round_ < patience_;
}

}  // namespace nascent
