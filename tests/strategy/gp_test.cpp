#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "contract/strategy_trials.h"
#include "nascent/core/random.h"
#include "nascent/strategy/search_strategy.h"
#include "strategy/improvement.h"
#include "strategy/loss_warp.h"
#include "strategy/point_coordinates.h"
#include "support/seed.h"

namespace nascent::testing {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

SearchSpace square() {
  SearchSpace space;
  space.add_float("x", 0.0, 1.0).add_float("y", 0.0, 1.0);
  return space;
}

double distance_to(const Configuration& c, double x, double y) {
  return std::hypot(c.number("x") - x, c.number("y") - y);
}

TEST(GaussianProcessSearch, HomesInOnASmoothOptimumWithinFortyTrials) {
  const auto strategy = make_strategy("gp", {square(), {{"loss", false}}, 4});
  double best = INFINITY;
  for (std::int64_t number = 0; number < 40; ++number) {
    const Proposal proposal = *strategy->suggest(number, {});
    const double loss = std::pow(distance_to(proposal.configuration, 0.3, 0.8), 2);
    best = std::min(best, loss);
    strategy->observe(completed(running_trial(number, proposal), loss));
  }
  // Random search is left with about 1 / (40 π) = 8e-3. The seed is fixed.
  EXPECT_LT(best, 1e-5);
}

TEST(GaussianProcessSearch, FindsTheOptimumOfATableOfCategoriesBeforeATenthOfItIsTried) {
  SearchSpace space;
  for (const char* name : {"a", "b", "c", "d", "e"}) space.add_categorical(name, {"p", "q", "r", "s"});
  const auto strategy = make_strategy("gp", {space, {{"loss", false}}, 8});
  // Sums over the parameters, and a pair that only pays together.
  const auto loss_of = [](const Configuration& c) {
    double loss = 0.0;
    for (const char* name : {"a", "b", "c", "d", "e"})
      loss += c.choice(name) == "q" ? 0.0 : c.choice(name) == "r" ? 1.0 : 2.0;
    return c.choice("a") == "s" && c.choice("e") == "s" ? loss - 4.5 : loss;
  };
  double best = INFINITY;
  for (std::int64_t number = 0; number < 100; ++number) {
    const Proposal proposal = *strategy->suggest(number, {});
    best = std::min(best, loss_of(proposal.configuration));
    strategy->observe(completed(running_trial(number, proposal), loss_of(proposal.configuration)));
  }
  EXPECT_DOUBLE_EQ(best, -0.5) << "the pair, with all others at their best";
}

TEST(GaussianProcessSearch, KeepsAwayFromARegionWhereTrialsFail) {
  const auto strategy = make_strategy("gp", {square(), {{"loss", false}}, 3});
  int failures = 0;
  for (std::int64_t number = 0; number < 50; ++number) {
    const Proposal proposal = *strategy->suggest(number, {});
    Trial trial = running_trial(number, proposal);
    if (proposal.configuration.number("x") < 0.5) {
      trial = completed(trial, 1.0 + proposal.configuration.number("x"));
    } else {
      trial.state = TrialState::kFailed;
      failures += number >= 10 ? 1 : 0;
    }
    strategy->observe(trial);
  }
  // Half of the square fails: random search would give about 20 failures. The seed is fixed.
  EXPECT_LE(failures, 8);
}

TEST(GaussianProcessSearch, SpreadsWhatRunsAtTheSameTime) {
  const auto strategy = make_strategy("gp", {square(), {{"loss", false}}, 5});
  for (std::int64_t number = 0; number < 15; ++number) {
    const Proposal proposal = *strategy->suggest(number, {});
    strategy->observe(completed(running_trial(number, proposal), distance_to(proposal.configuration, 0.5, 0.5)));
  }
  std::vector<Trial> running;
  for (std::int64_t number = 15; number < 23; ++number)
    running.push_back(running_trial(number, *strategy->suggest(number, running)));
  for (std::size_t i = 0; i < running.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_GT(distance_to(running[i].configuration, running[j].configuration.number("x"),
                            running[j].configuration.number("y")),
                1e-3);
}

TEST(GaussianProcessSearch, LooksForTheBestPointThatKeepsAnOutcomeConstraint) {
  const StrategySetup setup{
      .space = square(), .objectives = {{"loss", false}}, .seed = 6, .constraints = {{"memory", 0.5}}};
  const auto strategy = make_strategy("gp", setup);
  double best = INFINITY;
  int feasible = 0;
  for (std::int64_t number = 0; number < 50; ++number) {
    const Proposal proposal = *strategy->suggest(number, {});
    // The best point is (0, 0), but the memory x + y has to be... at most 0.5 from the other side.
    const double memory = 1.5 - proposal.configuration.number("x") - proposal.configuration.number("y");
    Trial trial = completed(running_trial(number, proposal), distance_to(proposal.configuration, 0.0, 0.0));
    trial.metrics["memory"] = memory;
    strategy->observe(trial);
    if (memory > 0.5) continue;
    ++feasible;
    best = std::min(best, trial.metrics["loss"]);
  }
  // On the bound x + y = 1 the nearest point to the corner is (½, ½), 0.7071 away. The seed is fixed.
  EXPECT_LT(best, 0.72);
  EXPECT_GT(feasible, 20);
}

TEST(GaussianProcessSearch, FindsManyCompromisesBetweenTwoObjectives) {
  const StrategySetup setup{.space = square(), .objectives = {{"left", false}, {"right", true}}, .seed = 7};
  const auto strategy = make_strategy("gp", setup);
  std::set<int> found;
  for (std::int64_t number = 0; number < 60; ++number) {
    const Proposal proposal = *strategy->suggest(number, {});
    Trial trial = completed(running_trial(number, proposal), 0.0);
    trial.metrics = {{"left", distance_to(proposal.configuration, 0.2, 0.5)},
                     {"right", -distance_to(proposal.configuration, 0.8, 0.5)}};
    strategy->observe(trial);
    // The compromises lie on the line between the two points; their parts of a tenth of it are counted.
    const double x = proposal.configuration.number("x");
    if (std::fabs(proposal.configuration.number("y") - 0.5) < 0.05 && x > 0.2 && x < 0.8)
      found.insert(static_cast<int>((x - 0.2) / 0.06));
  }
  EXPECT_GE(found.size(), 6u);
}

TEST(GaussianProcessSearch, IsTheSameHoweverOftenItWasAsked) {
  const auto asked_often = make_strategy("gp", {square(), {{"loss", false}}, 9});
  const auto asked_once = make_strategy("gp", {square(), {{"loss", false}}, 9});
  for (std::int64_t number = 0; number < 30; ++number) {
    const Proposal proposal = *asked_often->suggest(number, {});
    const std::vector<Trial> running{running_trial(number, proposal)};
    asked_often->suggest(number + 1, running);
    const Trial trial = completed(running.front(), made_up_loss(proposal.configuration));
    asked_often->observe(trial);
    asked_once->observe(trial);
  }
  EXPECT_EQ(asked_often->suggest(30, {})->configuration, asked_once->suggest(30, {})->configuration);
}

TEST(LossWarp, KeepsTheOrderAndTheProportionsOfTheBetterHalf) {
  const VectorXd warped = warped_losses({1.0, 2.0, 4.0, 5.0, 1e6, 1e9, std::nullopt});
  for (Index i = 1; i + 1 < warped.size(); ++i) EXPECT_LT(warped[i - 1], warped[i]) << i;
  EXPECT_DOUBLE_EQ(warped[6], warped[5]) << "without a loss as bad as the worst";
  EXPECT_NEAR((warped[2] - warped[1]) / (warped[1] - warped[0]), 2.0, 1e-12);
  EXPECT_NEAR(warped.mean(), 0.0, 1e-12);
  EXPECT_NEAR(warped.squaredNorm() / 7.0, 1.0, 1e-12);
}

TEST(LossWarp, DoesNotChangeWhenWhatIsBadGetsWorse) {
  const VectorXd once = warped_losses({3.0, 1.0, 2.0, 9.0, 5.0});
  const VectorXd worse = warped_losses({3.0, 1.0, 2.0, 1e12, 5.0});
  EXPECT_LT((once - worse).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(LossWarp, IsZeroWhereThereIsNothingToTell) {
  EXPECT_EQ(warped_losses({}).size(), 0);
  EXPECT_EQ(warped_losses({2.0, 2.0, 2.0}), VectorXd::Zero(3));
  EXPECT_EQ(warped_losses({std::nullopt, std::nullopt}), VectorXd::Zero(2));
}

TEST(PointCoordinates, PutCategoriesEquallyFarApartAndInactiveParametersInTheMiddle) {
  SearchSpace space;
  space.add_categorical("model",
                        {{"net", SearchSpace().add_float("rate", 1e-4, 1.0, {.log = true})}, {"tree"}, {"knn"}});
  space.add_ordered("size", {"s", "m", "l"});
  const Encoding encoding(space);
  const PointCoordinates coordinates(space, encoding);
  EXPECT_EQ(coordinates.size(), 5);
  const auto at = [&](const char* json) { return coordinates.of(space.configuration_from_json(Json::parse(json))); };
  const VectorXd net = at(R"({"model": {"net": {"rate": 0.01}}, "size": "m"})");
  const VectorXd tree = at(R"({"model": "tree", "size": "m"})");
  const VectorXd knn = at(R"({"model": "knn", "size": "l"})");
  EXPECT_NEAR((net - tree).norm(), 1.0, 1e-12) << "0.01 is the middle of the logarithmic range";
  EXPECT_NEAR((tree - knn).squaredNorm(), 1.25, 1e-12) << "another category, and one of two steps of the size";
}

TEST(PointCoordinates, ShareLengthScalesInListsAndWeightsBetweenEqualCategories) {
  SearchSpace space;
  space.add_repeat("layers", 1, 3, SearchSpace().add_int("units", 1, 64));
  space.add_categorical("first", {"relu", "gelu"}).add_categorical("second", {"relu", "gelu"});
  const Encoding encoding(space);
  const KernelLayout layout = PointCoordinates(space, encoding).layout();
  EXPECT_EQ(layout.coordinates.size(), 1u + 3u + 2u + 2u);
  EXPECT_EQ(layout.scales, 4) << "length, units, first, second";
  EXPECT_EQ(layout.weights, 2) << "relu, gelu";
}

TEST(PointCoordinates, ScaleFeaturesToADistanceOfOne) {
  SearchSpace space;
  space.add_float("x", 0.0, 1.0);
  space.set_traits({.features = [](const Configuration& c) {
    return std::vector<double>{1000.0 * c.number("x"), 5.0};
  }});
  const Encoding encoding(space);
  const PointCoordinates coordinates(space, encoding);
  Random random(1);
  double squares = 0.0;
  constexpr int kDraws = 4000;
  for (int i = 0; i < kDraws; ++i)
    squares += (coordinates.of(space.sample(random)) - coordinates.of(space.sample(random))).tail(2).squaredNorm();
  // The scale is found from 200 draws, whose mean square is off by a tenth at most (three standard deviations: 0.25).
  EXPECT_NEAR(squares / kDraws, 1.0, 0.3);
}

TEST(Improvement, HasTheGradientOfFiniteDifferences) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  Random random(seed);
  KernelLayout layout;
  layout.coordinates = {{0}, {1}};
  layout.scales = 2;
  VectorXd theta(4);
  theta << -0.5, -0.2, 0.1, -4.0;
  Eigen::MatrixXd x(2, 12);
  VectorXd y(12);
  for (Index i = 0; i < 12; ++i) {
    x.col(i) << random.uniform(-0.5, 0.5), random.uniform(-0.5, 0.5);
    y[i] = random.normal();
  }
  GaussianProcess objective(Kernel(layout, theta), x), constraint(Kernel(layout, theta), x);
  objective.set_targets(y);
  constraint.set_targets(-y.reverse());
  const Improvement improvement(objective, -1.0, {{&constraint, 0.0}});
  for (int round = 0; round < 10; ++round) {
    VectorXd point(2), gradient(2);
    point << random.uniform(-0.5, 0.5), random.uniform(-0.5, 0.5);
    const double value = improvement.value(point, gradient);
    EXPECT_NEAR(value, improvement.values(Eigen::MatrixXd(point))[0], 1e-8 * std::max(1.0, std::fabs(value)));
    for (Index c = 0; c < 2; ++c) {
      constexpr double kStep = 1e-6;
      Eigen::MatrixXd sides = point.replicate(1, 2);
      sides(c, 0) += kStep;
      sides(c, 1) -= kStep;
      const VectorXd values = improvement.values(sides);
      const double difference = (values[0] - values[1]) / (2.0 * kStep);
      EXPECT_NEAR(gradient[c], difference, 1e-3 * std::max(1.0, std::fabs(difference)));
    }
  }
}

}  // namespace
}  // namespace nascent::testing
