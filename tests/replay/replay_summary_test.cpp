#include "nascent/replay/replay_summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nascent/core/random.h"
#include "replay/written_table.h"
#include "support/seed.h"

namespace nascent {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Estimates, OfAMean) {
  // Mean 3, variance 2.5: 1.959964 * sqrt(2.5 / 5) = 1.385904.
  const Estimate estimate = mean_estimate(std::vector<double>{1, 2, 3, 4, 5});
  EXPECT_DOUBLE_EQ(estimate.value, 3.0);
  EXPECT_NEAR(estimate.high, 4.385904, 1e-6);
  EXPECT_NEAR(estimate.low, 1.614096, 1e-6);
}

TEST(Estimates, OfEqualValuesIsThatValue) {
  const Estimate estimate = mean_estimate(std::vector<double>(7, 91.6066666));
  EXPECT_EQ(estimate.value, 91.6066666);
  EXPECT_EQ(estimate.low, estimate.high);
}

TEST(Estimates, OfAMedian) {
  EXPECT_EQ(median_estimate({4, 1, 3, 2}).value, 2.5);
  std::vector<double> hundred;
  for (int i = 1; i <= 100; ++i) hundred.push_back(i);
  const Estimate estimate = median_estimate(hundred);  // ranks 40 and 61, as in tables of the sign test
  EXPECT_EQ(estimate.value, 50.5);
  EXPECT_EQ(estimate.low, 40.0);
  EXPECT_EQ(estimate.high, 61.0);
}

TEST(Estimates, OfAMedianWhereMostRunsNeverEnd) {
  const Estimate estimate = median_estimate({kInfinity, 5, kInfinity, kInfinity});
  EXPECT_EQ(estimate.value, kInfinity);
  EXPECT_EQ(estimate.low, 5.0);
  EXPECT_EQ(median_estimate({5, kInfinity}).value, kInfinity);
}

TEST(Estimates, OfAShare) {
  const Estimate none = share_estimate(0, 10);
  EXPECT_EQ(none.value, 0.0);
  EXPECT_EQ(none.low, 0.0);
  EXPECT_NEAR(none.high, 0.27754, 1e-5);  // z^2 / (n + z^2)
  const Estimate half = share_estimate(50, 100);
  EXPECT_NEAR(half.low, 0.40383, 1e-5);  // Wilson (1927), the usual example
  EXPECT_NEAR(half.high, 0.59617, 1e-5);
}

TEST(Estimates, CoverTheTruthAboutAsOftenAsTheySay) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  int mean_covered = 0;
  int median_covered = 0;
  constexpr int kRounds = 2000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> sample;
    for (int i = 0; i < 100; ++i) sample.push_back(-std::log(1.0 - random.uniform()));  // exponential
    const Estimate mean = mean_estimate(sample);
    const Estimate median = median_estimate(sample);
    mean_covered += mean.low <= 1.0 && 1.0 <= mean.high ? 1 : 0;
    median_covered += median.low <= std::log(2.0) && std::log(2.0) <= median.high ? 1 : 0;
  }
  // 95 % nominal; the standard error of the share is 0.5 %, the skew costs the mean about 1 %: 5 standard errors below.
  EXPECT_GT(mean_covered, static_cast<int>(0.91 * kRounds));
  EXPECT_GT(median_covered, static_cast<int>(0.925 * kRounds));
  EXPECT_LT(median_covered, kRounds);
}

ReplayedRun run_of(std::vector<double> values, std::optional<std::int64_t> found_at) {
  ReplayedRun run;
  for (std::size_t i = 0; i < values.size(); ++i) run.seconds.push_back(static_cast<double>(i + 1));
  run.best = values;
  run.measure = std::move(values);
  run.found_at = found_at;
  run.strategy_seconds = 0.001 * static_cast<double>(run.best.size());
  return run;
}

TEST(ReplaySummary, CountsRegretFromTheBestOfTheTable) {
  const RecordedTable table =
      testing::table_of("a,y\n1,10\n2,12\n3,20\n4,30\n5,40\n", {.path = {}, .inputs = {"a"}, .objectives = {"y"}});
  const std::vector<ReplayedRun> runs{run_of(std::vector<double>(20, 12.0), {}),
                                      run_of(std::vector<double>(20, 10.0), 1)};
  const ReplaySummary summary = summarize(table, runs, 20);
  ASSERT_EQ(summary.milestones.size(), 2U);
  EXPECT_EQ(summary.milestones[0].trials, 10);
  EXPECT_EQ(summary.milestones[1].trials, 20);
  EXPECT_EQ(summary.milestones[1].mean_best.value, 11.0);
  EXPECT_EQ(summary.milestones[1].mean_regret.value, 1.0);
  EXPECT_DOUBLE_EQ(summary.milestones[1].regret_to_worst, 1.0 / 30.0);
  EXPECT_DOUBLE_EQ(summary.milestones[1].regret_to_median, 1.0 / 10.0);
  EXPECT_EQ(summary.milestones[1].mean_seconds, 20.0);
  EXPECT_EQ(summary.found.value, 0.5);
  EXPECT_EQ(summary.trials_to_optimum.value, kInfinity);
  EXPECT_EQ(summary.trials_to_optimum.low, 1.0);
  EXPECT_NEAR(summary.seconds_per_suggestion, 0.001, 1e-12);
  EXPECT_TRUE(to_json(summary)["trials_to_optimum"]["value"].is_null());
}

TEST(ReplaySummary, ARunThatEndedEarlyKeepsWhatItHad) {
  const RecordedTable table =
      testing::table_of("a,y\n1,10\n2,20\n3,30\n", {.path = {}, .inputs = {"a"}, .objectives = {"y"}});
  const std::vector<ReplayedRun> runs{run_of({20.0, 20.0, 10.0}, 3)};
  const ReplaySummary summary = summarize(table, runs, 100);
  ASSERT_EQ(summary.milestones.size(), 3U);
  EXPECT_EQ(summary.milestones[2].mean_best.value, 10.0);
  EXPECT_EQ(summary.trials_to_optimum.value, 3.0);
}

}  // namespace
}  // namespace nascent
