#include "automl/ensemble_selection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "nascent/core/error.h"

namespace nascent {
namespace {

/// A loss in the metric, and what decides between equal ones.
struct Quality {
  double loss = std::numeric_limits<double>::infinity();
  double tie_break = std::numeric_limits<double>::infinity();

  bool better_than(const Quality& other) const {
    // Differences in the last digits of a sum are noise, not progress.
    const double tolerance = 1e-9 * std::max(1.0, std::fabs(other.loss));
    if (!std::isfinite(other.loss)) return std::isfinite(loss);
    if (std::fabs(loss - other.loss) > tolerance) return loss < other.loss;
    return tie_break < other.tie_break - 1e-9;
  }
};

class Selection {
 public:
  Selection(const Metric& metric, const Task& task, std::span<const double> truth)
      : metric_(metric), task_(task), truth_(truth) {
    if (task.is_classification() && metric.name != "log_loss") tie_breaker_ = &metric_named("log_loss", task.kind);
  }

  Quality quality(const Matrix& predictions) const {
    const double value = score(metric_, task_, truth_, predictions);
    if (std::isnan(value)) return {};
    Quality result{metric_.maximize ? -value : value, 0.0};
    if (tie_breaker_ != nullptr) {
      const double log_loss = score(*tie_breaker_, task_, truth_, predictions);
      result.tie_break = std::isnan(log_loss) ? std::numeric_limits<double>::infinity() : log_loss;
    }
    return result;
  }

  double score_of(const Quality& quality) const { return metric_.maximize ? -quality.loss : quality.loss; }

 private:
  const Metric& metric_;
  const Task& task_;
  std::span<const double> truth_;
  const Metric* tie_breaker_ = nullptr;
};

/// mean = (sum + addition) / count, without touching the sum.
void mean_with(const Matrix& sum, const Matrix& addition, double count, Matrix& mean) {
  const auto scale = static_cast<float>(1.0 / count);
  for (std::size_t i = 0; i < sum.values.size(); ++i) mean.values[i] = (sum.values[i] + addition.values[i]) * scale;
}

void add(Matrix& sum, const Matrix& addition) {
  for (std::size_t i = 0; i < sum.values.size(); ++i) sum.values[i] += addition.values[i];
}

}  // namespace

Ensemble select_ensemble(const Metric& metric, const Task& task, std::span<const double> truth,
                         const std::vector<const Matrix*>& candidates, const EnsembleOptions& options) {
  if (candidates.empty()) throw InternalError("select_ensemble needs a candidate");
  const Selection selection(metric, task, truth);
  std::vector<Quality> alone;
  for (const Matrix* candidate : candidates) alone.push_back(selection.quality(*candidate));
  std::size_t best = 0;
  for (std::size_t i = 1; i < alone.size(); ++i)
    if (alone[i].better_than(alone[best])) best = i;

  std::vector<int> counts(candidates.size(), 0);
  counts[best] = 1;
  Matrix sum = *candidates[best];
  std::vector<int> best_counts = counts;
  Quality best_quality = alone[best];

  Matrix trial(sum.rows, sum.columns);
  for (int round = 2; round <= options.rounds; ++round) {
    const auto members = std::count_if(counts.begin(), counts.end(), [](int count) { return count > 0; });
    std::optional<std::size_t> chosen;
    Quality chosen_quality;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!std::isfinite(alone[i].loss)) continue;
      if (counts[i] == 0 && members >= options.max_members) continue;
      if (options.deadline.passed()) break;
      mean_with(sum, *candidates[i], round, trial);
      const Quality quality = selection.quality(trial);
      if (!chosen || quality.better_than(chosen_quality)) {
        chosen = i;
        chosen_quality = quality;
      }
    }
    if (!chosen || options.deadline.passed()) break;
    ++counts[*chosen];
    add(sum, *candidates[*chosen]);
    if (chosen_quality.better_than(best_quality)) {
      best_quality = chosen_quality;
      best_counts = counts;
    }
  }

  Ensemble ensemble;
  ensemble.score = selection.score_of(best_quality);
  double total = 0.0;
  for (const int count : best_counts) total += count;
  for (const int count : best_counts) ensemble.weights.push_back(count / total);
  return ensemble;
}

Matrix weighted_mean(const std::vector<const Matrix*>& predictions, std::span<const double> weights) {
  if (predictions.empty()) throw InternalError("weighted_mean needs predictions");
  Matrix mean(predictions.front()->rows, predictions.front()->columns);
  for (std::size_t m = 0; m < predictions.size(); ++m) {
    const auto weight = static_cast<float>(weights[m]);
    for (std::size_t i = 0; i < mean.values.size(); ++i) mean.values[i] += weight * predictions[m]->values[i];
  }
  return mean;
}

}  // namespace nascent
