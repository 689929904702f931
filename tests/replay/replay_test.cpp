#include "nascent/replay/replay.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "nascent/core/error.h"
#include "replay/written_table.h"

namespace nascent {
namespace {

using testing::grid_options;
using testing::grid_table;
using testing::table_of;

TEST(Replay, FindsTheBestOfATableThatIsSearchedToItsEnd) {
  const RecordedTable table = table_of(grid_table(), grid_options());
  const ReplayedRun run = replay(table, {.strategy = "random", .trials = 1000, .average = true}, 3);
  EXPECT_EQ(run.best.size(), 60U);  // each point once, then the space is exhausted
  ASSERT_TRUE(run.found_at.has_value());
  EXPECT_EQ(run.best.back(), 0.0);
  EXPECT_EQ(run.best[static_cast<std::size_t>(*run.found_at) - 1], 0.0);
  EXPECT_EQ(std::count(run.best.begin(), run.best.end(), 0.0), 61 - *run.found_at);
  EXPECT_TRUE(std::is_sorted(run.best.rbegin(), run.best.rend()));
  EXPECT_EQ(run.seconds.back(), 60.0);  // one second a trial where no cost is given
  EXPECT_EQ(run.failed, 0);
}

TEST(Replay, IsTheSameForOneSeedAndAnotherForAnother) {
  const RecordedTable table = table_of(grid_table(), grid_options());
  const ReplayOptions options{.strategy = "tpe", .trials = 40};
  EXPECT_EQ(replay(table, options, 5).best, replay(table, options, 5).best);
  EXPECT_NE(replay(table, options, 5).best, replay(table, options, 6).best);
}

TEST(Replay, DoesNotDependOnTheNumberOfThreads) {
  const RecordedTable table = table_of(grid_table(), grid_options());
  const ReplayOptions options{.strategy = "tpe", .trials = 30};
  const std::vector<ReplayedRun> one = replay_repeatedly(table, options, 1, 7, 1);
  const std::vector<ReplayedRun> four = replay_repeatedly(table, options, 1, 7, 4);
  ASSERT_EQ(one.size(), 7U);
  ASSERT_EQ(four.size(), 7U);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].best, four[i].best);
}

TEST(Replay, NoiseIsSeenByTheStrategyButNotMeasured) {
  // Every point has the mean 0 and the values -1 and 1: whatever is chosen, the mean of the incumbent is 0.
  const RecordedTable table =
      table_of("a,s0,s1\n1,-1,1\n2,-1,1\n3,-1,1\n4,-1,1\n", {.path = {}, .inputs = {"a"}, .objectives = {"s0", "s1"}});
  const ReplayedRun run = replay(table, {.trials = 4}, 1);
  EXPECT_EQ(run.best, (std::vector<double>{0, 0, 0, 0}));
  // The least value seen belongs to another point than the least mean: noise leads astray, averaging does not.
  const RecordedTable misleading =
      table_of("a,s0,s1\n1,-5,9\n2,0,0\n", {.path = {}, .inputs = {"a"}, .objectives = {"s0", "s1"}});
  bool astray = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    astray = astray || replay(misleading, {.trials = 2}, seed).best.back() == 2.0;
    EXPECT_EQ(replay(misleading, {.trials = 2, .average = true}, seed).best.back(), 0.0);
  }
  EXPECT_TRUE(astray);  // each seed draws -5 with probability 1/2: all 20 miss it once in a million
}

TEST(Replay, WorkersShareTheSimulatedTime) {
  RecordedTableOptions options = grid_options();
  options.cost = "seconds";
  const RecordedTable table = table_of(grid_table(), options);
  double total = 0.0;
  for (std::uint64_t i = 0; i < 60; ++i) total += table.find(table.space().point(i))->cost_seconds;
  const ReplayedRun one = replay(table, {.trials = 60}, 1);
  const ReplayedRun four = replay(table, {.trials = 60, .workers = 4}, 1);
  EXPECT_DOUBLE_EQ(one.seconds.back(), total);
  EXPECT_GE(four.seconds.back(), total / 4.0);
  EXPECT_LE(four.seconds.back(), total / 4.0 + 5.0);  // none waits, so they end within one trial of each other
  EXPECT_TRUE(std::is_sorted(four.seconds.begin(), four.seconds.end()));
}

TEST(Replay, WhatTheTableLacksFails) {
  const RecordedTable table =
      table_of("a,b,y\n1,1,2\n1,2,4\n2,1,nan\n", {.path = {}, .inputs = {"a", "b"}, .objectives = {"y"}});
  const ReplayedRun run = replay(table, {.trials = 10}, 1);
  EXPECT_EQ(run.best.size(), 4U);
  EXPECT_EQ(run.failed, 2);
  EXPECT_EQ(run.best.back(), 2.0);
}

TEST(Replay, AWrongStrategyIsSaid) {
  const RecordedTable table = table_of(grid_table(), grid_options());
  EXPECT_THROW(replay_repeatedly(table, {.strategy = "randomm"}, 1, 4, 2), InputError);
}

TEST(Replay, EndsWhenItIsToldTo) {
  const RecordedTable table = table_of(grid_table(), grid_options());
  const auto runs = replay_repeatedly(table, {.trials = 5}, 1, 100, 1, [](std::size_t ended) { return ended < 10; });
  EXPECT_EQ(runs.size(), 10U);
}

}  // namespace
}  // namespace nascent
