#include "nascent/space/variation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "contract/example_spaces.h"
#include "support/seed.h"

namespace nascent {
namespace {

using testing::every_kind_of_parameter;
using testing::small_finite_space;

class Variation : public ::testing::Test {
 protected:
  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
};

std::set<std::uint64_t> identities(const Configuration& configuration, const std::string& list) {
  std::set<std::uint64_t> result;
  for (const Element& element : configuration.elements(list)) result.insert(element.identity);
  return result;
}

TEST_F(Variation, MutatesToAnotherValidPoint) {
  for (const SearchSpace& space : {every_kind_of_parameter(), small_finite_space()}) {
    Configuration configuration = space.sample(random_);
    for (int i = 0; i < 1000; ++i) {
      const std::optional<Configuration> child = mutate(space, configuration, random_);
      ASSERT_TRUE(child);
      ASSERT_NO_THROW(space.validate(*child));
      ASSERT_NE(child->canonical(), configuration.canonical());
      configuration = *child;
    }
  }
}

TEST_F(Variation, MutatesToNothingWhereThereIsNoOtherPoint) {
  const SearchSpace space = SearchSpace().add_int("n", 3, 3).add_float("x", 2.0, 2.0).add_categorical("c", {"only"});
  EXPECT_FALSE(mutate(space, space.sample(random_), random_));
  EXPECT_FALSE(mutate(SearchSpace(), Configuration(), random_));
  EXPECT_TRUE(neighbours(space, space.sample(random_), random_).empty());
  const SearchSpace list = SearchSpace().add_repeat("layers", 1, 2, SearchSpace().add_int("w", 0, 0));
  EXPECT_FALSE(mutate(list, list.point(0), random_, {.add = 0.0, .multiply = 0.0}));
}

TEST_F(Variation, MutatesEveryActivePlaceAlikeAtEveryDepth) {
  SearchSpace inner = SearchSpace().add_float("a", 0.0, 1.0).add_float("b", 0.0, 1.0).add_float("c", 0.0, 1.0);
  const SearchSpace space = SearchSpace().add_categorical("kind", {{"only", inner}}).add_float("x", 0.0, 1.0);
  const Configuration configuration = space.sample(random_);
  std::map<std::string, int> changes;
  constexpr int kDraws = 4000;
  for (int i = 0; i < kDraws; ++i) {
    const Configuration child = mutate(space, configuration, random_).value();
    for (const char* name : {"a", "b", "c"})
      if (child.branch("kind").number(name) != configuration.branch("kind").number(name)) ++changes[name];
    if (child.number("x") != configuration.number("x")) ++changes["x"];
  }
  ASSERT_EQ(changes.size(), 4u);
  // 1000 of 4000 are expected of each; the standard deviation is 27, so 6 of them are passed once in 10^8 runs.
  for (const auto& [name, count] : changes) EXPECT_NEAR(count, kDraws / 4, 170) << name;
}

TEST_F(Variation, ChangesNumbersByANormalStepOnTheirScale) {
  SearchSpace space;
  space.add_float("linear", 0.0, 10.0).add_float("log", 1e-6, 1.0, {.log = true});
  const Configuration middle = space.configuration_from_json({{"linear", 5.0}, {"log", 1e-3}});
  double sum = 0.0;
  double sum_log = 0.0;
  int count = 0;
  int count_log = 0;
  for (int i = 0; i < 20000; ++i) {
    const Configuration child = mutate(space, middle, random_, {.number_spread = 0.1}).value();
    const double d = (child.number("linear") - 5.0) / 10.0;
    const double l = std::log10(child.number("log") / 1e-3) / 6.0;
    // log10 of a value that is kept may be off by a rounding.
    if (std::fabs(l) < 1e-12) {
      sum += d * d;
      ++count;
    } else {
      sum_log += l * l;
      ++count_log;
    }
  }
  // The standard error of a standard deviation over 10,000 draws is 0.7 %; five standard deviations from the middle to
  // the bounds, so reflection plays no part.
  EXPECT_NEAR(std::sqrt(sum / count), 0.1, 0.005);
  EXPECT_NEAR(std::sqrt(sum_log / count_log), 0.1, 0.005);
}

TEST_F(Variation, TakesAtLeastOneStepWhereThereAreSteps) {
  SearchSpace space;
  space.add_int("n", 1, 1000);
  const Configuration five = space.configuration_from_json({{"n", 5}});
  std::set<std::int64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(mutate(space, five, random_, {.number_spread = 1e-9})->integer("n"));
  EXPECT_EQ(seen, (std::set<std::int64_t>{4, 6}));
  const SearchSpace two = SearchSpace().add_float("x", 0.0, 0.5, {.step = 0.5}).add_int("m", 1, 2, {.log = true});
  for (std::uint64_t i = 0; i < 4; ++i) ASSERT_TRUE(mutate(two, two.point(i), random_));
}

TEST_F(Variation, MovesOrderedCategoriesToNearOnes) {
  const SearchSpace space = SearchSpace().add_ordered("size", {"16", "32", "64", "128", "256"});
  const Configuration middle = space.configuration_from_json({{"size", "64"}});
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) seen.insert(mutate(space, middle, random_, {.number_spread = 0.01})->choice("size"));
  EXPECT_EQ(seen, (std::set<std::string>{"128", "32"}));
  EXPECT_EQ(neighbours(space, middle, random_).size(), 2u);
}

TEST_F(Variation, KeepsTheIdentitiesOfElementsThatAreNotTouched) {
  const SearchSpace space = SearchSpace().add_repeat("layers", 0, 5, SearchSpace().add_float("w", 0.0, 1.0));
  Configuration configuration = space.sample(random_);
  for (int i = 0; i < 2000; ++i) {
    const Configuration child = mutate(space, configuration, random_).value();
    const auto before = identities(configuration, "layers");
    const auto after = identities(child, "layers");
    const auto& elements = child.elements("layers");
    ASSERT_EQ(after.size(), elements.size()) << "an identity stands twice";
    std::vector<std::uint64_t> kept;
    std::set_intersection(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(kept));
    if (elements.size() < before.size()) {
      ASSERT_EQ(kept.size() + 1, before.size());
    } else {
      ASSERT_EQ(kept.size(), before.size());
    }
    configuration = child;
  }
}

TEST_F(Variation, MultipliesAnElementBehindItself) {
  const SearchSpace space = SearchSpace().add_repeat("layers", 0, 3, SearchSpace().add_float("w", 0.0, 1.0));
  const Configuration two = space.configuration_from_json({{"layers", {{{"w", 0.25}}, {{"w", 0.75}}}}});
  for (int i = 0; i < 50; ++i) {
    const Configuration child =
        mutate(space, two, random_, {.change = 0.0, .add = 0.0, .remove = 0.0, .multiply = 1.0}).value();
    const auto& elements = child.elements("layers");
    ASSERT_EQ(elements.size(), 3u);
    const std::size_t copy = elements[1].identity == 3 ? 1 : 2;
    EXPECT_EQ(elements[copy].identity, 3u);
    EXPECT_EQ(elements[copy].values, elements[copy - 1].values);
  }
}

TEST_F(Variation, ListsAllNeighboursOfAFiniteSpace) {
  const SearchSpace space = small_finite_space();
  const Configuration deep =
      space.configuration_from_json({{"n", 2}, {"kind", {{"deep", {{"layers", {{{"w", 0}}}}}}}}});
  std::set<std::string> found;
  for (const Configuration& neighbour : neighbours(space, deep, random_)) {
    EXPECT_NO_THROW(space.validate(neighbour));
    EXPECT_TRUE(found.insert(neighbour.canonical()).second);
  }
  for (const char* expected :
       {R"({"kind":{"deep":{"layers":[{"w":0}]}},"n":1})", R"({"kind":{"deep":{"layers":[{"w":0}]}},"n":3})",
        R"({"kind":{"deep":{"layers":[{"w":1}]}},"n":2})", R"({"kind":{"deep":{"layers":[]}},"n":2})",
        R"({"kind":{"deep":{"layers":[{"w":0},{"w":0}]}},"n":2})"})
    EXPECT_TRUE(found.contains(expected)) << expected;
  // Beside those five: the flat kind, and one of the elements that were added may be another.
  EXPECT_GE(found.size(), 6u);
  EXPECT_LE(found.size(), 8u);
}

TEST_F(Variation, ListsOneNeighbourOnEachSideOfANumberWithoutSteps) {
  const SearchSpace space = SearchSpace().add_float("x", 0.0, 1.0).add_int("n", 1, 1000, {.log = true});
  for (int i = 0; i < 100; ++i) {
    const Configuration configuration = space.sample(random_);
    const double x = configuration.number("x");
    const std::int64_t n = configuration.integer("n");
    int below = 0;
    int above = 0;
    for (const Configuration& neighbour : neighbours(space, configuration, random_)) {
      below += neighbour.number("x") < x || neighbour.integer("n") < n;
      above += neighbour.number("x") > x || neighbour.integer("n") > n;
    }
    EXPECT_EQ(below, (x > 0.0) + (n > 1));
    EXPECT_EQ(above, (x < 1.0) + (n < 1000));
  }
}

TEST_F(Variation, CrossesValuesOfBothParents) {
  const SearchSpace space = every_kind_of_parameter();
  for (int i = 0; i < 500; ++i) {
    const Configuration a = space.sample(random_);
    const Configuration b = space.sample(random_);
    const Configuration child = crossover(space, a, b, random_);
    ASSERT_NO_THROW(space.validate(child));
    for (const char* name : {"lr", "momentum"})
      EXPECT_TRUE(child.number(name) == a.number(name) || child.number(name) == b.number(name));
    EXPECT_TRUE(child != a && child != b);
  }
}

TEST_F(Variation, CrossesBelowACategoryThatBothParentsChose) {
  const SearchSpace space = SearchSpace().add_categorical(
      "kind", {{"only", SearchSpace().add_int("a", 0, 1).add_repeat("list", 2, 2, SearchSpace().add_int("w", 0, 1))}});
  const Configuration zero = space.configuration_from_json(
      {{"kind", {{"only", {{"a", 0}, {"list", {{{"w", 0}, {"#", 7}}, {{"w", 0}, {"#", 8}}}}}}}}});
  const Configuration one = space.configuration_from_json(
      {{"kind", {{"only", {{"a", 1}, {"list", {{{"w", 1}, {"#", 8}}, {{"w", 1}, {"#", 7}}}}}}}}});
  std::set<std::string> children;
  for (int i = 0; i < 500; ++i) {
    const Configuration child = crossover(space, zero, one, random_);
    EXPECT_EQ(identities(child.branch("kind"), "list"), (std::set<std::uint64_t>{7, 8}));
    children.insert(child.to_json().dump());
  }
  // The order of the list from one parent or the other, and three bits, without the two parents themselves.
  EXPECT_EQ(children.size(), 14u);
}

TEST_F(Variation, ReturnsAParentWhereThereIsNoMixture) {
  const SearchSpace space = SearchSpace().add_float("x", 0.0, 1.0);
  const Configuration a = space.sample(random_);
  const Configuration b = space.sample(random_);
  EXPECT_EQ(crossover(space, a, a, random_), a);
  const Configuration child = crossover(space, a, b, random_);
  EXPECT_TRUE(child == a || child == b);
}

}  // namespace
}  // namespace nascent
