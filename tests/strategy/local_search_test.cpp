#include <gtest/gtest.h>

#include <cmath>

#include "contract/strategy_trials.h"
#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent::testing {
namespace {

SearchSpace lattice() { return SearchSpace().add_int("x", 0, 9).add_int("y", 0, 9); }

double bowl(const Configuration& c) { return std::hypot(c.number("x") - 7.0, c.number("y") - 2.0); }

/// Two basins: at x = 1 with a local optimum of 1, at x = 8 with the optimum 0.
double two_basins(const Configuration& c) {
  const double x = c.number("x");
  return std::min(1.0 + std::fabs(x - 1.0), std::fabs(x - 8.0)) + std::fabs(c.number("y") - 4.0);
}

std::vector<Trial> run(SearchStrategy& strategy, std::int64_t count, double (*loss)(const Configuration&)) {
  std::vector<Trial> trials;
  for (std::int64_t number = 0; number < count; ++number) {
    const std::optional<Proposal> proposal = strategy.suggest(number, {});
    if (!proposal) break;
    trials.push_back(completed(running_trial(number, *proposal), loss(proposal->configuration)));
    strategy.observe(trials.back());
  }
  return trials;
}

double value(const Trial& trial) { return trial.metrics.at("loss"); }

TEST(LocalSearch, StandsAtTheBestOfItsStartAndMovesAtTheFirstImprovement) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  const auto strategy = make_strategy("local:start=5", {lattice(), {{"loss", false}}, seed});
  const std::vector<Trial> trials = run(*strategy, 60, bowl);
  std::size_t here = 0;
  for (std::size_t i = 1; i < 5; ++i) here = value(trials[i]) < value(trials[here]) ? i : here;
  for (std::size_t i = 5; i < trials.size() && value(trials[here]) > 0.0; ++i) {
    ASSERT_EQ(trials[i].parent, static_cast<std::int64_t>(here)) << i;
    const auto distance = std::abs(trials[i].configuration.integer("x") - trials[here].configuration.integer("x")) +
                          std::abs(trials[i].configuration.integer("y") - trials[here].configuration.integer("y"));
    ASSERT_EQ(distance, 1) << i;
    if (value(trials[i]) < value(trials[here])) here = i;
  }
  EXPECT_EQ(value(trials[here]), 0.0) << "a bowl on a lattice of 100 points has no other local optimum";
}

TEST(LocalSearch, StartsAgainFromALocalOptimum) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  const auto strategy = make_strategy("local:start=3,restart=1", {lattice(), {{"loss", false}}, seed});
  const std::vector<Trial> trials = run(*strategy, 100, two_basins);
  ASSERT_EQ(trials.size(), 100u);
  // A descent takes at most 17 moves of at most 4 neighbours; there is no way that never returns to random points.
  std::int64_t random_points = 0;
  for (const Trial& trial : trials) random_points += trial.parent ? 0 : 1;
  EXPECT_GE(random_points, 6);
  EXPECT_EQ(value(*best_trial(trials, {"loss", false})), 0.0) << "100 trials are all points";
}

TEST(LocalSearch, GoesOnFromTheBestPointNotYetExpanded) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  const auto strategy = make_strategy("local:start=3,restart=0", {lattice(), {{"loss", false}}, seed});
  const std::vector<Trial> trials = run(*strategy, 90, two_basins);
  for (std::size_t i = 3; i < trials.size(); ++i) EXPECT_TRUE(trials[i].parent.has_value()) << i;
}

TEST(LocalSearch, ComesCloserThanItsFirstStepsOnContinuousNumbers) {
  SearchSpace space;
  for (const char* name : {"a", "b", "c"}) space.add_float(name, -5.0, 5.0);
  const auto strategy = make_strategy("local", {space, {{"loss", false}}, 5});
  const auto sphere = [](const Configuration& c) {
    return std::pow(c.number("a") - 1.0, 2) + std::pow(c.number("b") + 2.0, 2) + std::pow(c.number("c"), 2);
  };
  const std::vector<Trial> trials = run(*strategy, 200, sphere);
  // Its first steps have a standard deviation of 1. The seed is fixed.
  EXPECT_LT(value(*best_trial(trials, {"loss", false})), 0.01);
}

TEST(LocalSearch, KeepsWorkersBusyWithRandomPointsWhenAllNeighboursRun) {
  const auto strategy = make_strategy("local:start=2,restart=1", {lattice(), {{"loss", false}}, 3});
  const std::vector<Trial> trials = run(*strategy, 2, bowl);
  std::vector<Trial> running;
  std::int64_t neighbours = 0;
  for (std::int64_t number = 2; number < 12; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, running);
    ASSERT_TRUE(proposal);
    neighbours += proposal->parent ? 1 : 0;
    EXPECT_EQ(proposal->parent.has_value(), neighbours == number - 1) << "neighbours come first";
    running.push_back(running_trial(number, *proposal));
  }
  EXPECT_GE(neighbours, 2);
  EXPECT_LE(neighbours, 4);
}

}  // namespace
}  // namespace nascent::testing
