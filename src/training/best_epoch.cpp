#include "training/best_epoch.h"

#include <cmath>

namespace nascent {
namespace {

const Metric& watched_metric(const std::string& name, TaskKind kind) {
  const Metric& asked = name.empty() ? metrics_for(kind).front() : metric_named(name, kind);
  const bool counts = asked.name == "accuracy" || asked.name == "balanced_accuracy" || asked.name == "f1";
  return counts ? metric_named("log_loss", kind) : asked;
}

}  // namespace

BestEpoch::BestEpoch(const Task& task, const std::string& metric, int patience)
    : task_(task), metric_(watched_metric(metric, task.kind)), patience_(patience) {}

bool BestEpoch::observe(int epoch, std::span<const double> truth, const Matrix& predictions,
                        const torch::Tensor& weights) {
  const double value = nascent::score(metric_, task_, truth, predictions);
  const bool better = epoch_ == 0 || (metric_.maximize ? value > score_ : value < score_);
  if (!std::isnan(value) && better) {
    epoch_ = epoch;
    score_ = value;
    weights_.defined() ? weights_.copy_(weights) : weights_ = weights.clone();
  }
  return epoch - epoch_ < patience_;
}

}  // namespace nascent
