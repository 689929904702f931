#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "contract/example_spaces.h"
#include "contract/strategy_trials.h"
#include "nascent/core/random.h"
#include "strategy/genetic_variation.h"
#include "support/seed.h"
#include "surrogate/pareto.h"

namespace nascent::testing {
namespace {

SearchSpace unit_cube(int dimensions) {
  SearchSpace space;
  for (int i = 0; i < dimensions; ++i) space.add_float("x" + std::to_string(i), 0.0, 1.0);
  return space;
}

/// ZDT1 (Zitzler, Deb, Thiele 2000): the front is f₂ = 1 - √f₁.
LossVector zdt1(const Configuration& configuration) {
  double g = 0.0;
  for (const auto& [name, value] : configuration.values()) g += name == "x0" ? 0.0 : std::get<double>(value);
  g = 1.0 + 9.0 * g / static_cast<double>(configuration.values().size() - 1);
  const double first = configuration.number("x0");
  return {first, g * (1.0 - std::sqrt(first / g))};
}

std::vector<Trial> run_zdt1(const std::string& name, std::int64_t count, std::uint64_t seed,
                            std::vector<OutcomeConstraint> constraints = {}) {
  const auto strategy = make_strategy(name, {unit_cube(6), {{"first", false}, {"second", false}}, seed, constraints});
  std::vector<Trial> trials;
  for (std::int64_t number = 0; number < count; ++number) {
    Trial trial = running_trial(number, *strategy->suggest(number, {}));
    const LossVector losses = zdt1(trial.configuration);
    trial.state = TrialState::kComplete;
    trial.metrics = {{"first", losses[0]}, {"second", losses[1]}};
    strategy->observe(trial);
    trials.push_back(trial);
  }
  return trials;
}

double hypervolume_of(const std::vector<Trial>& trials) {
  std::vector<LossVector> points;
  for (const Trial& trial : trials) points.push_back({trial.metrics.at("first"), trial.metrics.at("second")});
  return hypervolume(points, {1.1, 1.1});
}

TEST(Nsga2, ApproachesTheWholeFrontOfAKnownProblem) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  const std::vector<Trial> trials = run_zdt1("nsga2", 2500, seed);
  // The hypervolume of the whole front is 1.1² - 1/3 = 0.8767.
  EXPECT_GT(hypervolume_of(trials), 0.83);
  EXPECT_LT(hypervolume_of(run_zdt1("random", 2500, seed)), 0.6);
}

TEST(Nsga2, SeeksTheFeasiblePartOfTheFront) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  // Half of all random points keep this bound.
  const OutcomeConstraint constraint{.metric = "first", .bound = 0.5, .at_most = false};
  const std::vector<Trial> trials = run_zdt1("nsga2", 1500, seed, {constraint});
  const auto kept = std::count_if(trials.end() - 500, trials.end(),
                                  [](const Trial& trial) { return trial.metrics.at("first") >= 0.5; });
  EXPECT_GT(kept, 400) << "of the last 500 trials";
}

TEST(Nsga2, NamesTheParentOfAChild) {
  const auto strategy = make_strategy("nsga2:population=10", {unit_cube(3), {{"loss", false}}, 1});
  for (std::int64_t number = 0; number < 40; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    EXPECT_EQ(proposal->parent.has_value(), number >= 10) << number;
    EXPECT_LT(proposal->parent.value_or(-1), number);
    strategy->observe(completed(running_trial(number, *proposal), made_up_loss(proposal->configuration)));
  }
}

TEST(GeneticChild, IsAPointOfTheSpace) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  Random random(seed);
  SearchSpace space = every_kind_of_parameter();
  space.add_ordered("size", {"s", "m", "l", "xl"}).add_float("stepped", 0.0, 0.7, {.step = 0.1});
  for (int i = 0; i < 300; ++i) {
    const Configuration a = space.sample(random);
    const Configuration b = space.sample(random);
    ASSERT_NO_THROW(space.validate(genetic_child(space, a, b, {.mutations = 3.0}, random)));
  }
}

TEST(GeneticChild, WithoutMutationHasOnlyCategoriesOfItsParents) {
  Random random(3);
  SearchSpace space;
  space.add_categorical("kind", {"a", "b", "c", "d"});
  const Configuration a = space.point(0);
  const Configuration b = space.point(2);
  int of_a = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string chosen = genetic_child(space, a, b, {.crossover = 1.0, .mutations = 0.0}, random).choice("kind");
    ASSERT_TRUE(chosen == "a" || chosen == "c") << chosen;
    of_a += chosen == "a" ? 1 : 0;
  }
  EXPECT_NEAR(of_a, 500, 70);  // more than four standard deviations (16) of a fair coin; the seed is fixed
}

TEST(GeneticChild, KeepsTheMeanOfItsParents) {
  Random random(4);
  SearchSpace space;
  space.add_float("x", 0.0, 1.0);
  Configuration a;
  a.set("x", 0.4);
  Configuration b;
  b.set("x", 0.5);
  double sum = 0.0;
  int beyond = 0;
  constexpr int kChildren = 4000;
  for (int i = 0; i < kChildren; ++i) {
    const double x = genetic_child(space, a, b, {.crossover = 1.0, .mutations = 0.0}, random).number("x");
    sum += x;
    beyond += x < 0.4 || x > 0.5 ? 1 : 0;
  }
  // Children lie around their parents, whose distance is 0.1: the mean of 4,000 has a standard deviation below 0.001.
  EXPECT_NEAR(sum / kChildren, 0.45, 0.004);
  // Half of the children are crossed, and half of those lie outside the two parents.
  EXPECT_NEAR(beyond / static_cast<double>(kChildren), 0.25, 0.04);
}

TEST(GeneticChild, MutatesAsManyParametersAsAskedOnAverage) {
  Random random(5);
  const SearchSpace space = unit_cube(10);
  const Configuration parent = space.sample(random);
  int changed = 0;
  constexpr int kChildren = 2000;
  for (int i = 0; i < kChildren; ++i) {
    const Configuration child = genetic_child(space, parent, parent, {.mutations = 2.0}, random);
    for (const auto& [name, value] : child.values()) changed += *parent.find(name) == value ? 0 : 1;
  }
  EXPECT_NEAR(changed / static_cast<double>(kChildren), 2.0, 0.12);  // four standard deviations: 4 * √(1.6 / 2000)
}

}  // namespace
}  // namespace nascent::testing
