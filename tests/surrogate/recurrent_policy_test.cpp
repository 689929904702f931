#include "surrogate/recurrent_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent {
namespace {

using Step = RecurrentPolicy::Step;

/// Four places of three kinds; the last two are the same kind of decision.
std::vector<RecurrentPolicy::Point> points() { return {{3, 0}, {2, 1}, {4, 2}, {4, 2}}; }

void shake(RecurrentPolicy& policy, std::uint64_t seed) {
  Random random(seed);
  for (double& parameter : policy.parameters()) parameter += 0.3 * random.normal();
}

TEST(RecurrentPolicy, IsUniformAtFirst) {
  const RecurrentPolicy policy(points(), {}, 1);
  EXPECT_NEAR(policy.trace(std::vector<Step>{{0, 2}, {1, 0}, {2, 3}, {3, 1}}).log_probability(),
              -std::log(3.0 * 2 * 4 * 4), 1e-12);
}

TEST(RecurrentPolicy, HasTheGradientOfItsObjective) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  RecurrentPolicy policy(points(), {.hidden = 5, .embedding = 3}, seed);
  shake(policy, seed);
  // One sequence leaves a point out, as where it is not active.
  const std::vector<std::vector<Step>> sequences{{{0, 1}, {1, 1}, {2, 0}, {3, 3}}, {{0, 2}, {2, 1}, {3, 1}}};
  const auto objective = [&] {
    const RecurrentPolicy::Trace first = policy.trace(sequences[0]);
    const RecurrentPolicy::Trace second = policy.trace(sequences[1]);
    return 1.3 * first.log_probability() + 0.7 * first.entropy() - 0.8 * second.log_probability() +
           0.2 * second.entropy();
  };
  policy.add_gradient(policy.trace(sequences[0]), 1.3, 0.7);
  policy.add_gradient(policy.trace(sequences[1]), -0.8, 0.2);
  const std::vector<double> gradient(policy.gradient().begin(), policy.gradient().end());
  // Central differences of a function of size 10 with this step are off by 1e-9 through rounding and less than that
  // through the third derivative.
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    double& parameter = policy.parameters()[i];
    const double middle = parameter;
    parameter = middle + kStep;
    const double above = objective();
    parameter = middle - kStep;
    const double below = objective();
    parameter = middle;
    ASSERT_NEAR(gradient[i], (above - below) / (2.0 * kStep), 1e-7) << "parameter " << i;
  }
}

TEST(RecurrentPolicy, WalksWithTheProbabilitiesOfItsSequences) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  RecurrentPolicy policy(points(), {}, seed);
  shake(policy, seed);
  const std::vector<Step> steps{{0, 1}, {1, 0}, {2, 2}, {3, 0}};
  RecurrentPolicy::Walk walk(policy);
  double sum = 0.0;
  for (const Step& step : steps) {
    sum += std::log(walk.probabilities(step.point)[step.option]);
    walk.take(step.option);
  }
  EXPECT_NEAR(sum, policy.trace(steps).log_probability(), 1e-9);
}

TEST(RecurrentPolicy, BecomesMoreAlikeWithTemperature) {
  RecurrentPolicy policy(points(), {}, 4);
  shake(policy, 4);
  const auto spread = [&](double temperature) {
    RecurrentPolicy::Walk walk(policy);
    const std::vector<double> p = walk.probabilities(2, temperature);
    return *std::max_element(p.begin(), p.end()) - *std::min_element(p.begin(), p.end());
  };
  EXPECT_GT(spread(1.0), spread(3.0));
  EXPECT_LT(spread(1e6), 1e-4);
}

TEST(RecurrentPolicy, LearnsThatOneDecisionDependsOnTheOneBefore) {
  RecurrentPolicy policy({{2, 0}, {2, 1}}, {.hidden = 8, .embedding = 4}, 3);
  // Both equal decisions are good, both different ones are bad: no table of single decisions can say that.
  for (int update = 0; update < 300; ++update) {
    for (std::size_t a = 0; a < 2; ++a)
      for (std::size_t b = 0; b < 2; ++b)
        policy.add_gradient(policy.trace(std::vector<Step>{{0, a}, {1, b}}), a == b ? 0.25 : -0.25, 0.01);
    policy.ascend(0.02);
  }
  for (std::size_t a = 0; a < 2; ++a) {
    RecurrentPolicy::Walk walk(policy);
    EXPECT_NEAR(walk.probabilities(0)[a], 0.5, 0.2);
    walk.take(a);
    EXPECT_GT(walk.probabilities(1)[a], 0.9);
  }
}

}  // namespace
}  // namespace nascent
