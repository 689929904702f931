// Cross-validation that is stopped by a paired test on the folds. See docs/methods/folds.md.
//
// Nadeau, Bengio: Inference for the generalization error. Machine Learning 52 (2003).

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "estimation/ranked.h"
#include "estimation/stopping.h"
#include "estimation/student_t.h"
#include "nascent/core/error.h"
#include "nascent/trial/fold_metric.h"

namespace nascent {
namespace {

/// Differences that vary by less than this part of their mean vary by rounding alone.
constexpr double kSmallestVariation = 1e-9;

class FoldStopping : public StoppingScheduler {
 public:
  explicit FoldStopping(const SchedulerSetup& setup)
      : StoppingScheduler(setup),
        level_(setup.option("level")),
        least_(static_cast<std::size_t>(setup.option("least"))) {}

  std::string_view name() const override { return "folds"; }

 protected:
  Decision judge(const Trial& trial) override {
    if (!standing_of(trial.number, trial.reports.back().metrics, setup()).has_result())
      return stop_without_result(trial);
    // As long as nothing keeps the constraints, a worse loss may be the better trial.
    if (!best_ || best_->violation > 0.0) return {};
    std::vector<double> differences;
    for (const auto& [step, loss] : fold_losses(trial)) {
      const auto other = best_folds_.find(step);
      if (other == best_folds_.end()) continue;
      const double difference = loss - other->second;
      if (std::isfinite(difference)) differences.push_back(difference);
    }
    if (differences.size() < least_) return {};
    const double p = chance_if_no_worse(differences);
    if (p >= level_) return {};
    return stop(trial, fmt::format("worse than the best by the paired test (p = {:.2g})", p));
  }

  void learn(const Trial& trial) override {
    if (trial.state != TrialState::kComplete) return;
    Standing own = standing_of(trial.number, trial.metrics, setup());
    if (!own.has_result()) return;
    if (best_ && std::pair(best_->violation, best_->losses) <= std::pair(own.violation, own.losses)) return;
    best_ = std::move(own);
    best_folds_ = fold_losses(trial);
  }

 private:
  /// By fold. Where trials do not report what a fold is worth by itself, by what they report.
  std::map<std::int64_t, double> fold_losses(const Trial& trial) const {
    const Objective& objective = setup().objectives.front();
    std::map<std::int64_t, double> losses;
    for (const Report& report : trial.reports) {
      auto value = report.metrics.find(fold_metric(objective.metric));
      if (value == report.metrics.end()) value = report.metrics.find(objective.metric);
      if (value != report.metrics.end()) losses[report.step] = objective.loss(value->second);
    }
    return losses;
  }

  /// The p-value of the corrected resampled t-test. 1 where the differences do not vary, so that there is no test.
  double chance_if_no_worse(const std::vector<double>& differences) const {
    const auto count = static_cast<double>(differences.size());
    double mean = 0.0;
    for (const double difference : differences) mean += difference / count;
    double variance = 0.0;
    for (const double difference : differences) variance += (difference - mean) * (difference - mean) / (count - 1.0);
    if (std::sqrt(variance) <= kSmallestVariation * std::fabs(mean)) return 1.0;
    // Of K folds one is validated and K - 1 are learned from.
    const double test_to_training = 1.0 / (setup().most - 1.0);
    return student_t_cdf(-mean / std::sqrt((1.0 / count + test_to_training) * variance), count - 1.0);
  }

  double level_;
  std::size_t least_;
  std::optional<Standing> best_;               ///< of the complete trials
  std::map<std::int64_t, double> best_folds_;  ///< its losses, by fold
};

}  // namespace

std::unique_ptr<Scheduler> make_folds(const SchedulerSetup& setup) {
  if (setup.objectives.size() > 1)
    throw InputError("scheduler \"folds\" tests one metric; for several objectives take median or asha-stop");
  if (!(setup.most > 1.0))
    throw InputError(
        fmt::format("scheduler \"folds\" has to know how many {} the full evaluation takes, at least 2", setup.axis));
  return std::make_unique<FoldStopping>(setup);
}

}  // namespace nascent
