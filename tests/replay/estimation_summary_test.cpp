#include "nascent/replay/estimation_summary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "replay/written_table.h"

namespace nascent {
namespace {

using testing::curve_options;
using testing::curve_table;
using testing::table_of;

/// Two runs on the four curves, whose best is 1 and worst 5.
std::vector<ReplayedRun> two_runs() {
  ReplayedRun early;
  early.best = early.measure = {4.0, 2.0};
  early.seconds = {2.0, 10.0};
  early.best_started = 1.5;
  early.busy_seconds = 7.0;
  early.full_seconds = 28.0;
  early.end_seconds = 10.0;
  early.idle_share = 0.3;
  early.configurations = 4;
  early.stopped = 3;
  early.reached_seconds = 10.0;
  early.scheduler_seconds = 0.002;
  early.decisions = 4;
  ReplayedRun late = early;
  late.best = late.measure = {1.0};
  late.seconds = {20.0};
  late.best_started = 1.0;
  late.busy_seconds = 21.0;
  late.idle_share = 0.1;
  late.stopped = 0;
  late.reached_seconds = {};
  return {early, late};
}

TEST(EstimationSummary, IsTheMeanOverTheRuns) {
  const EstimationSummary summary = summarize_estimation(table_of(curve_table(), curve_options()), two_runs(), 20.0);
  EXPECT_EQ(summary.runs, 2U);
  EXPECT_DOUBLE_EQ(summary.cost_share.value, 0.5);
  EXPECT_DOUBLE_EQ(summary.mean_regret.value, 0.5);  // 1 and 0
  EXPECT_DOUBLE_EQ(summary.mean_loss.value, 0.25);
  EXPECT_DOUBLE_EQ(summary.idle_share.value, 0.2);
  EXPECT_EQ(summary.reached.value, 0.5);
  EXPECT_TRUE(std::isinf(summary.seconds_to_regret.value));
  EXPECT_EQ(summary.seconds_to_regret.low, 10.0);
  EXPECT_EQ(summary.configurations, 4.0);
  EXPECT_EQ(summary.stopped, 1.5);
  EXPECT_DOUBLE_EQ(summary.seconds_per_decision, 0.0005);
  EXPECT_TRUE(to_json(summary)["seconds_to_regret"]["value"].is_null());
}

TEST(EstimationSummary, LooksAtTheRegretOverTime) {
  const EstimationSummary summary = summarize_estimation(table_of(curve_table(), curve_options()), two_runs(), 20.0);
  std::vector<double> seconds, regrets;
  for (const Moment& moment : summary.moments) {
    seconds.push_back(moment.seconds);
    regrets.push_back(moment.mean_regret.value);
  }
  ASSERT_EQ(seconds.size(), 7U);
  EXPECT_DOUBLE_EQ(seconds[3], 2.0);
  // Nothing yet is the worst: 4 and 4; from 2 on 3 and 4; from 10 on 1 and 4; from 20 on 1 and 0.
  EXPECT_EQ(regrets, (std::vector<double>{4, 4, 4, 3.5, 3.5, 2.5, 0.5}));
}

}  // namespace
}  // namespace nascent
