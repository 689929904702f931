#include "strategy/rank_reward.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nascent {
namespace {

Outcome complete(std::vector<double> losses, double violation = 0.0) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::kComplete;
  outcome.losses = std::move(losses);
  outcome.violation = violation;
  return outcome;
}

double quantile(double share) { return std::log((1.0 - share) / share) * std::numbers::sqrt3 / std::numbers::pi; }

TEST(RankReward, IsTheQuantileOfTheRank) {
  RankReward rewards;
  Random random(1);
  EXPECT_NEAR(rewards.reward_of(complete({5.0}), random), 0.0, 1e-12) << "the only one is in the middle";
  EXPECT_NEAR(rewards.reward_of(complete({1.0}), random), quantile(0.25), 1e-12);
  EXPECT_NEAR(rewards.reward_of(complete({9.0}), random), quantile(2.5 / 3.0), 1e-12);
  EXPECT_NEAR(rewards.reward_of(complete({5.0}), random), quantile(2.0 / 4.0), 1e-12) << "shares two places";
}

TEST(RankReward, DoesNotDependOnTheScaleOfTheMetric) {
  RankReward plain, scaled;
  Random random(1);
  for (const double loss : {0.3, 0.1, 0.7, 0.2, 0.25, 0.9})
    EXPECT_EQ(plain.reward_of(complete({loss}), random), scaled.reward_of(complete({1e6 * std::exp(loss)}), random));
}

TEST(RankReward, IsLeastWithoutAResult) {
  RankReward rewards;
  Random random(1);
  for (const double loss : {1.0, 2.0, 3.0}) rewards.reward_of(complete({loss}), random);
  EXPECT_NEAR(rewards.reward_of(Outcome{}, random), quantile(3.5 / 4.0), 1e-12);
  EXPECT_NEAR(rewards.reward_of(complete({4.0}, 0.5), random), quantile(3.5 / 5.0), 1e-12) << "before the failure";
}

TEST(RankReward, ComparesTheSharesOfSeveralObjectives) {
  RankReward rewards;
  Random random(1);
  for (int i = 0; i < 20; ++i) rewards.reward_of(complete({1.0 + i, 1000.0 * (1.0 + i)}), random);
  EXPECT_NEAR(rewards.reward_of(complete({0.5, 500.0}), random), quantile(0.5 / 21.0), 1e-12)
      << "what dominates all is the best for any weights";
  EXPECT_NEAR(rewards.reward_of(complete({30.0, 30000.0}), random), quantile(21.5 / 22.0), 1e-12);
  // One that is the best in one objective and the worst in the other has either rank, by the weights.
  double least = INFINITY, most = -INFINITY;
  for (int i = 0; i < 40; ++i) {
    RankReward copy = rewards;
    const double reward = copy.reward_of(complete({0.4, 40000.0}), random);
    least = std::min(least, reward);
    most = std::max(most, reward);
  }
  EXPECT_LT(least, quantile(0.9));
  EXPECT_GT(most, quantile(0.5));
}

TEST(RankReward, ForgetsWhatIsLongAgo) {
  RankReward rewards;
  Random random(1);
  for (int i = 0; i < 300; ++i) rewards.reward_of(complete({1.0}), random);
  for (int i = 0; i < 300; ++i) rewards.reward_of(complete({2.0}), random);
  EXPECT_NEAR(rewards.reward_of(complete({1.5}), random), quantile(0.5 / 256.0), 1e-12);
}

}  // namespace
}  // namespace nascent
