#include "strategy/tpe_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/seed.h"
#include "surrogate/pareto.h"

namespace nascent {
namespace {

Outcome complete(std::vector<double> losses, double violation = 0.0) {
  return {.kind = Outcome::Kind::kComplete, .losses = std::move(losses), .violation = violation};
}

TEST(TpeSplit, TakesTheBestTenthAndAtMostSoMany) {
  TpeSplit split(0.1, 4, false);
  std::vector<Outcome> outcomes;
  for (std::uint32_t i = 0; i < 60; ++i) {
    outcomes.push_back(complete({static_cast<double>((i * 37) % 60)}));
    split.add(i, outcomes);
    const std::size_t wanted = std::min<std::size_t>(4, (i + 10) / 10);
    std::vector<std::uint32_t> expected(i + 1);
    for (std::uint32_t j = 0; j <= i; ++j) expected[j] = j;
    std::sort(expected.begin(), expected.end(),
              [&](std::uint32_t a, std::uint32_t b) { return outcomes[a].losses < outcomes[b].losses; });
    expected.resize(wanted);
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(split.good(outcomes), expected) << i;
  }
}

TEST(TpeSplit, NeverTakesATrialWithoutAResult) {
  for (const bool several : {false, true}) {
    TpeSplit split(0.5, 25, several);
    std::vector<Outcome> outcomes(6);
    outcomes[3] = several ? complete({1.0, 2.0}) : complete({1.0});
    for (std::uint32_t i = 0; i < 6; ++i) split.add(i, outcomes);
    EXPECT_EQ(split.with_result(), 1u);
    EXPECT_EQ(split.good(outcomes), (std::vector<std::uint32_t>{3}));
  }
}

/// By the number of objectives.
class TpeSplitFronts : public ::testing::TestWithParam<int> {};

TEST_P(TpeSplitFronts, AreTheFrontsFoundAnewAfterEveryTrial) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  TpeSplit split(0.3, 25, true);
  std::vector<Outcome> outcomes;
  std::vector<LossVector> points;
  for (std::uint32_t i = 0; i < 150; ++i) {
    LossVector losses;
    // On a coarse lattice, so that there are equal points and many fronts.
    for (int k = 0; k < GetParam(); ++k) losses.push_back(static_cast<double>(random.below(12)));
    points.push_back(losses);
    outcomes.push_back(complete(losses));
    split.add(i, outcomes);

    const std::vector<std::uint32_t> good = split.good(outcomes);
    ASSERT_EQ(good.size(), static_cast<std::size_t>(std::ceil(0.3 * (i + 1))));
    const std::vector<std::size_t> ranks = non_dominated_ranks(points);
    std::vector<bool> is_good(points.size(), false);
    std::size_t last = 0;
    for (const std::uint32_t id : good) {
      is_good[id] = true;
      last = std::max(last, ranks[id]);
    }
    for (std::size_t j = 0; j < points.size(); ++j) {
      ASSERT_TRUE(is_good[j] || ranks[j] >= last) << "trial " << j << " of front " << ranks[j] << " after " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Objectives, TpeSplitFronts, ::testing::Values(2, 3));

TEST(TpeSplit, CutsAFrontByCrowding) {
  TpeSplit split(0.5, 25, true);
  // One front of six; the two ends and the loneliest between them are wanted.
  const std::vector<Outcome> outcomes{complete({0.0, 10.0}), complete({1.0, 9.0}), complete({1.2, 8.8}),
                                      complete({1.4, 8.6}),  complete({6.0, 3.0}), complete({10.0, 0.0})};
  for (std::uint32_t i = 0; i < 6; ++i) split.add(i, outcomes);
  EXPECT_EQ(split.good(outcomes), (std::vector<std::uint32_t>{0, 4, 5}));
}

TEST(TpeSplit, PutsFeasibleTrialsBeforeDominatingOnesThatAreNot) {
  TpeSplit split(0.5, 25, true);
  const std::vector<Outcome> outcomes{complete({0.0, 0.0}, 2.0), complete({5.0, 5.0}), complete({1.0, 1.0}, 0.5),
                                      complete({7.0, 4.0})};
  for (std::uint32_t i = 0; i < 4; ++i) split.add(i, outcomes);
  EXPECT_EQ(split.good(outcomes), (std::vector<std::uint32_t>{1, 3}));
}

}  // namespace
}  // namespace nascent
