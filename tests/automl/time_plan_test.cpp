#include "automl/time_plan.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nascent {
namespace {

FitPlan plan_with(DataKind kind, int rounds, std::size_t rows) {
  FitPlan plan;
  plan.kind = kind;
  plan.split.rounds = rounds;
  for (std::size_t row = 0; row < rows; ++row) plan.split.fold.push_back(static_cast<std::uint8_t>(row % 5));
  return plan;
}

TEST(TimePlan, PartsFollowEachOtherAndEndInTime) {
  for (const DataKind kind : {DataKind::kTable, DataKind::kImages}) {
    for (const int rounds : {1, 5}) {
      for (const double seconds : {0.5, 2.0, 60.0, 3600.0}) {
        const Deadline latest = Deadline::in(seconds + 0.1);  // the plan is made a moment later
        const TimePlan times = plan_time(plan_with(kind, rounds, 100), seconds, 1000, 2, false);
        EXPECT_LT(times.search_end.clock_seconds(), times.end.clock_seconds());
        EXPECT_LE(times.search_end.clock_seconds(), times.final_end.clock_seconds());
        EXPECT_LT(times.final_end.clock_seconds(), times.end.clock_seconds());
        EXPECT_LE(times.end.clock_seconds(), latest.clock_seconds());
        EXPECT_GT(times.trial_seconds, 0.0);
      }
    }
  }
}

TEST(TimePlan, WithoutATimeThereIsNoDeadline) {
  const TimePlan times = plan_time(plan_with(DataKind::kTable, 5, 100), std::nullopt, 0, 2, false);
  EXPECT_FALSE(times.search_end.exists());
  EXPECT_FALSE(times.end.exists());
  EXPECT_TRUE(std::isinf(times.trial_seconds));
}

TEST(TimePlan, TablesAreAlwaysEvaluatedInFull) {
  EXPECT_TRUE(plan_fidelity(plan_with(DataKind::kTable, 5, 100), 60.0, 2, 3.0, 0).empty());
}

TEST(TimePlan, CandidateNetworksGetMoreTrainingWithMoreTimeAndWorkers) {
  const FitPlan plan = plan_with(DataKind::kImages, 1, 60000);
  const auto epochs = [&](double seconds, int workers) {
    return plan_fidelity(plan, seconds, workers, 0.0, 10000).at("epochs");
  };
  EXPECT_LT(epochs(60, 2), epochs(180, 2));
  EXPECT_LT(epochs(180, 2), epochs(1800, 2));
  EXPECT_LT(epochs(180, 1), epochs(180, 4));
  EXPECT_EQ(plan_fidelity(plan, 180.0, 2, 2.5, 0).at("epochs"), 2.5);
}

TEST(TimePlan, AFullTrainingIsNotStartedShortlyBeforeTheEnd) {
  const TimePlan times = plan_time(plan_with(DataKind::kImages, 1, 60000), 60.0, 10000, 2, true);
  EXPECT_TRUE(std::isinf(times.trial_seconds));
  EXPECT_DOUBLE_EQ(times.least_trial_seconds, 3.0);
}

}  // namespace
}  // namespace nascent
