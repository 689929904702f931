#include "tabular/early_stopping.h"

#include <cmath>

namespace nascent {

namespace {

const Metric& watched_metric(const std::string& name, TaskKind kind) {
  const Metric& asked = name.empty() ? metrics_for(kind).front() : metric_named(name, kind);
  const bool counts = asked.name == "accuracy" || asked.name == "balanced_accuracy" || asked.name == "f1";
  return counts ? metric_named("log_loss", kind) : asked;
}

}  // namespace

EarlyStopping::EarlyStopping(const Task& task, const std::string& metric, int patience)
    : task_(task), metric_(watched_metric(metric, task.kind)), patience_(patience) {}

bool EarlyStopping::observe(int round, std::span<const double> truth, const Matrix& predictions) {
  const double value = score(metric_, task_, truth, predictions);
  const bool better = best_round_ == 0 || (metric_.maximize ? value > best_score_ : value < best_score_);
  if (!std::isnan(value) && better) {
    best_round_ = round;
    best_score_ = value;
  }
  return round - best_round_ < patience_;
}

}  // namespace nascent
