#include "automl/time_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nascent {
namespace {

/// Shares of the time of a fit.
constexpr double kNetworkFinalShare = 0.5;
constexpr double kNetworkSearchShare = 0.45;
constexpr double kRefitShare = 0.18;

/// A network sees about so many training images a second on one core. Only the division of the time depends on it.
constexpr double kImagesPerSecond = 2500.0;
/// In three minutes so many candidates are tried; with more time both their number and their training grow.
constexpr double kCandidateNetworks = 14.0;
constexpr double kReferenceSeconds = 180.0;
constexpr double kFewestImages = 4000.0;
constexpr double kMostEpochs = 6.0;

}  // namespace

TimePlan plan_time(const FitPlan& plan, std::optional<double> remaining, bool has_test) {
  if (!remaining) return {.trial_seconds = std::numeric_limits<double>::infinity()};
  const double total = std::max(*remaining, 0.1);
  // Combining, saving and stopping the workers; scoring the test rows takes as long as predicting with all members.
  const double save = std::clamp(0.03 * total, 0.3, 6.0) + (has_test ? std::clamp(0.03 * total, 0.2, 15.0) : 0.0);
  double final_training = 0.0;
  double longest_trial = 0.3;
  if (plan.kind == DataKind::kImages) {
    final_training = kNetworkFinalShare * total;
    longest_trial = 0.25;
  } else if (plan.split.is_holdout()) {
    final_training = kRefitShare * total;
  }
  TimePlan times;
  const double now = seconds_of(Clock::now());
  times.end = Deadline::at(now + total);
  times.final_end = Deadline::at(now + total - save);
  times.search_end = Deadline::at(now + total - save - final_training);
  times.trial_seconds = longest_trial * total;
  return times;
}

Fidelity plan_fidelity(const FitPlan& plan, std::optional<double> seconds, int workers, double asked_epochs) {
  if (plan.kind == DataKind::kTable) return {};
  if (asked_epochs > 0.0) return {{"epochs", asked_epochs}};
  if (!seconds) return {{"epochs", 1.0}};
  const double candidates = std::max(4.0, kCandidateNetworks * std::sqrt(*seconds / kReferenceSeconds));
  const double images = kNetworkSearchShare * *seconds * workers * kImagesPerSecond / candidates;
  const auto training_images = static_cast<double>(plan.split.training_rows(0).size());
  const double epochs =
      std::clamp(images / training_images, std::min(1.0, kFewestImages / training_images), kMostEpochs);
  return {{"epochs", std::max(0.01, std::round(epochs * 100.0) / 100.0)}};
}

}  // namespace nascent
