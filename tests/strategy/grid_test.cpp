#include "nascent/strategy/grid.h"

#include <gtest/gtest.h>

#include <set>

#include "contract/example_spaces.h"
#include "contract/strategy_trials.h"
#include "nascent/core/error.h"

namespace nascent::testing {
namespace {

StrategySetup setup_of(const SearchSpace& space, std::uint64_t seed = 1) { return {space, {{"loss", false}}, seed}; }

/// All that a grid search proposes, in order.
std::vector<Configuration> all_points(const std::string& text, const StrategySetup& setup) {
  const auto strategy = make_strategy(text, setup);
  std::vector<Configuration> points;
  while (const std::optional<Proposal> proposal = strategy->suggest(static_cast<std::int64_t>(points.size()), {})) {
    points.push_back(proposal->configuration);
    strategy->observe(completed(running_trial(static_cast<std::int64_t>(points.size()) - 1, *proposal), 0.0));
  }
  return points;
}

std::string error_of(const std::string& text, const SearchSpace& space) {
  try {
    grid_size(text, setup_of(space));
  } catch (const InputError& error) {
    return error.what();
  }
  return "(none)";
}

SearchSpace two_models() {
  SearchSpace space;
  space.add_float("lr", 1e-4, 1e-1, {.log = true});
  space.add_categorical(
      "model", {{"trees", SearchSpace().add_int("depth", 1, 10)},
                {"network", SearchSpace()
                                .add_int("depth", 1, 4)
                                .add_repeat("layers", 0, 2, SearchSpace().add_int("units", 8, 512, {.log = true}))},
                {"constant"}});
  return space;
}

TEST(GridSearch, SaysHowManyPointsThereAre) {
  EXPECT_EQ(grid_size("grid", setup_of(small_finite_space())), 27u);
  // 5 rates, and (5 depths) + (4 depths and lists of 0, 1 or 2 layers of 5 widths) + 1.
  EXPECT_EQ(grid_size("grid", setup_of(two_models())), 5u * (5u + 4u * (1u + 5u + 25u) + 1u));
  EXPECT_EQ(grid_size("grid:resolution=2", setup_of(two_models())), 2u * (2u + 2u * (1u + 2u + 4u) + 1u));
  EXPECT_EQ(grid_size("grid:resolution=2,lr=7", setup_of(two_models())), 7u * (2u + 2u * (1u + 2u + 4u) + 1u));
  EXPECT_EQ(grid_size("grid", setup_of(SearchSpace())), 1u);
}

TEST(GridSearch, TakesAResolutionForAllBranchesOrForOne) {
  EXPECT_EQ(grid_size("grid:resolution=1,model.depth=3", setup_of(two_models())), 3u + 3u * 3u + 1u);
  EXPECT_EQ(grid_size("grid:resolution=1,model.trees.depth=3", setup_of(two_models())), 3u + 3u + 1u);
  EXPECT_EQ(grid_size("grid:resolution=1,model.depth=2,model.trees.depth=3", setup_of(two_models())),
            3u + 2u * 3u + 1u);
  EXPECT_EQ(grid_size("grid:resolution=1,model.layers.units=3", setup_of(two_models())), 1u + (1u + 3u + 9u) + 1u);
}

TEST(GridSearch, TriesEveryPointOnceAndOnlyValidOnes) {
  const SearchSpace space = two_models();
  const std::vector<Configuration> points = all_points("grid:resolution=3", setup_of(space));
  std::set<std::string> seen;
  for (const Configuration& point : points) {
    EXPECT_NO_THROW(space.validate(point));
    EXPECT_TRUE(seen.insert(point.canonical()).second) << point.canonical();
  }
  EXPECT_EQ(points.size(), grid_size("grid:resolution=3", setup_of(space)));
}

TEST(GridSearch, SpacesValuesEvenlyOnTheScaleOfTheNumber) {
  SearchSpace space;
  space.add_float("lr", 1e-5, 1e-1, {.log = true});
  std::vector<double> rates;
  for (const Configuration& point : all_points("grid:shuffled=0", setup_of(space))) rates.push_back(point.number("lr"));
  EXPECT_EQ(rates, (std::vector<double>{1e-5, 1e-4, 1e-3, 1e-2, 1e-1}));

  SearchSpace whole;
  whole.add_int("n", 0, 100);
  std::vector<std::int64_t> numbers;
  for (const Configuration& point : all_points("grid:shuffled=0", setup_of(whole)))
    numbers.push_back(point.integer("n"));
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{0, 25, 50, 75, 100}));
}

TEST(GridSearch, TakesTheMiddleWhenThereIsToBeOneValue) {
  SearchSpace space;
  space.add_float("x", 0.0, 3.0).add_int("n", 1, 100, {.log = true});
  const std::vector<Configuration> points = all_points("grid:resolution=1", setup_of(space));
  ASSERT_EQ(points.size(), 1u);
  EXPECT_DOUBLE_EQ(points.front().number("x"), 1.5);
  EXPECT_EQ(points.front().integer("n"), 10);
}

TEST(GridSearch, HasFewerValuesWhereWholeNumbersOnALogarithmCoincide) {
  SearchSpace space;
  space.add_int("n", 1, 8, {.log = true});
  // 1, 1.5, 2.3, 3.4, 5.3, 8 without the one that is rounded to 2 again.
  EXPECT_EQ(grid_size("grid:n=6", setup_of(space)), 5u);
}

TEST(GridSearch, PassesOverWhatConstraintsForbid) {
  SearchSpace space;
  space.add_int("a", 0, 4).add_int("b", 0, 4).add_constraint("a < b");
  const std::vector<Configuration> points = all_points("grid", setup_of(space));
  EXPECT_EQ(points.size(), 10u);
  for (const Configuration& point : points) EXPECT_LT(point.integer("a"), point.integer("b"));
}

TEST(GridSearch, ShufflesByTheSeedUnlessToldToCount) {
  const SearchSpace space = small_finite_space();
  EXPECT_NE(all_points("grid", setup_of(space, 1)), all_points("grid", setup_of(space, 2)));
  EXPECT_EQ(all_points("grid:shuffled=0", setup_of(space, 1)), all_points("grid:shuffled=0", setup_of(space, 2)));
}

TEST(GridSearch, SeesAllPartsOfTheSpaceEarly) {
  SearchSpace space;
  space.add_int("slow", 0, 9).add_int("fast", 0, 9);
  std::set<std::int64_t> slow, fast;
  const std::vector<Configuration> points = all_points("grid:resolution=10", setup_of(space));
  for (std::size_t i = 0; i < 40; ++i) {
    slow.insert(points[i].integer("slow"));
    fast.insert(points[i].integer("fast"));
  }
  // Of ten values one is missing among 40 draws with probability 0.1; three are with 1e-5. The seed is fixed.
  EXPECT_GE(slow.size(), 8u);
  EXPECT_GE(fast.size(), 8u);
}

TEST(GridSearch, SaysWhatAnUnknownPathMayHaveMeant) {
  EXPECT_EQ(error_of("grid:model.deph=3", two_models()),
            "strategy \"grid\": the space has no number \"model.deph\"; did you mean \"model.depth\"?");
  EXPECT_EQ(error_of("grid:model=3", two_models()),
            "strategy \"grid\": \"model\" takes no resolution, because all its values are tried; leave it out");
  EXPECT_EQ(error_of("grid:lr=2.5", two_models()),
            "strategy \"grid\": the resolution of \"lr\" must be a whole number from 1 to 1000000000, not 2.5");
}

/// Lists of layers: about 10^13 points of 12 layers, and 10^26 of two such lists.
SearchSpace uncountable() {
  SearchSpace layer;
  layer.add_int("filters", 1, 4).add_categorical("kind", {"a", "b", "c"});
  SearchSpace space;
  space.add_repeat("first", 0, 12, layer).add_repeat("second", 1, 12, layer).add_float("rate", 0.0, 1.0);
  return space;
}

TEST(GridSearch, DrawsFromAGridTooLargeToBeCounted) {
  const SearchSpace space = uncountable();
  EXPECT_EQ(grid_size("grid", setup_of(space)), std::nullopt);
  const auto strategy = make_strategy("grid:resolution=3", setup_of(space));
  std::set<std::uint64_t> seen;
  std::set<std::size_t> lengths;
  std::set<double> rates;
  for (std::int64_t number = 0; number < 300; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    ASSERT_TRUE(proposal.has_value()) << number;
    space.validate(proposal->configuration);
    EXPECT_TRUE(seen.insert(space.key(proposal->configuration)).second) << number;
    lengths.insert(proposal->configuration.elements("second").size());
    rates.insert(proposal->configuration.number("rate"));
    strategy->observe(completed(running_trial(number, *proposal), 1.0));
  }
  EXPECT_EQ(lengths.size(), 12u);
  EXPECT_EQ(rates, (std::set<double>{0.0, 0.5, 1.0}));
}

TEST(GridSearch, CountsThroughAGridTooLargeToBeCounted) {
  const SearchSpace space = uncountable();
  const auto strategy = make_strategy("grid:shuffled=0", setup_of(space));
  std::vector<std::size_t> lengths;
  for (std::int64_t number = 0; number < 14; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    ASSERT_TRUE(proposal.has_value());
    lengths.push_back(proposal->configuration.elements("first").size());
    strategy->observe(completed(running_trial(number, *proposal), 1.0));
  }
  // One empty list, the twelve lists of one element, then those of two.
  EXPECT_EQ(lengths, (std::vector<std::size_t>{0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}));
}

}  // namespace
}  // namespace nascent::testing
