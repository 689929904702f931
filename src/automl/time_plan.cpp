#include "automl/time_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nascent {
namespace {

/// The share of a fit's time that its last part gets: full training of the best networks, or a fit of the members on
/// all rows.
constexpr double kNetworkFinalShare = 0.65;
constexpr double kRefitShare = 0.18;
/// The longest trial of a table.
constexpr double kTableTrialShare = 0.3;

/// A network sees about so many training images a second on one core, and predicts three times as many. Only the
/// division of the time depends on it.
constexpr double kImagesPerSecond = 1500.0;
/// In three minutes so many candidates are tried; with more time both their number and their training grow.
constexpr double kCandidateNetworks = 14.0;
constexpr double kReferenceSeconds = 180.0;
constexpr double kFewestImages = 3000.0;
constexpr double kMostEpochs = 6.0;
/// A candidate that is this much slower than the nominal network is trained on fewer images.
constexpr double kSlowestCandidate = 2.0;

/// A full training that would have less than this part of the time is not worth its start.
constexpr double kShortestFullShare = 0.05;

double candidates_in(double seconds) {
  return std::max(6.0, kCandidateNetworks * std::sqrt(seconds / kReferenceSeconds));
}

/// Combining, saving and stopping the workers.
double saving_seconds(double total) { return std::clamp(0.03 * total, 0.3, 6.0); }

double testing_seconds(const FitPlan& plan, double total, std::size_t test_rows) {
  if (test_rows == 0) return 0.0;
  if (plan.kind == DataKind::kTable) return std::clamp(0.03 * total, 0.2, 15.0);
  // Every member predicts each image and its mirror image; members share the cores.
  return std::clamp(2.0 * static_cast<double>(test_rows) / (3.0 * kImagesPerSecond), 0.2, 0.15 * total);
}

double network_search_seconds(const FitPlan& plan, double total, std::size_t test_rows) {
  const double others = saving_seconds(total) + testing_seconds(plan, total, test_rows);
  return std::max(0.05 * total, total * (1.0 - kNetworkFinalShare) - others);
}

}  // namespace

TimePlan plan_time(const FitPlan& plan, std::optional<double> remaining, std::size_t test_rows, int workers,
                   bool candidates_are_final) {
  if (!remaining) return {.trial_seconds = std::numeric_limits<double>::infinity()};
  const double total = std::max(*remaining, 0.1);
  const double after = saving_seconds(total) + testing_seconds(plan, total, test_rows);
  double final_training = plan.split.is_holdout() ? kRefitShare * total : 0.0;
  TimePlan times;
  times.trial_seconds = kTableTrialShare * total;
  if (plan.kind == DataKind::kImages && candidates_are_final) {
    final_training = 0.0;
    times.trial_seconds = std::numeric_limits<double>::infinity();
    times.least_trial_seconds = kShortestFullShare * total;
  } else if (plan.kind == DataKind::kImages) {
    final_training = kNetworkFinalShare * total;
    const double search = network_search_seconds(plan, total, test_rows);
    times.trial_seconds = kSlowestCandidate * search * workers / candidates_in(total);
    // A candidate that gets half of its training or less would only be measured wrongly.
    times.least_trial_seconds = 0.5 * times.trial_seconds / kSlowestCandidate;
  }
  const double now = seconds_of(Clock::now());
  times.end = Deadline::at(now + total);
  times.final_end = Deadline::at(now + std::max(0.1 * total, total - after));
  times.search_end = Deadline::at(now + std::max(0.05 * total, total - after - final_training));
  return times;
}

Fidelity plan_fidelity(const FitPlan& plan, std::optional<double> seconds, int workers, double asked_epochs,
                       std::size_t test_rows) {
  if (plan.kind == DataKind::kTable) return {};
  if (asked_epochs > 0.0) return {{"epochs", asked_epochs}};
  if (!seconds) return {{"epochs", 1.0}};
  const double images =
      network_search_seconds(plan, *seconds, test_rows) * workers * kImagesPerSecond / candidates_in(*seconds);
  const auto training_images = static_cast<double>(plan.split.training_rows(0).size());
  const double epochs =
      std::clamp(images / training_images, std::min(1.0, kFewestImages / training_images), kMostEpochs);
  return {{"epochs", std::max(0.01, std::round(epochs * 100.0) / 100.0)}};
}

}  // namespace nascent
