#include "nascent/space/decisions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "contract/example_spaces.h"
#include "nascent/core/error.h"
#include "support/seed.h"

namespace nascent {
namespace {

class DecisionsOfSpaces : public ::testing::Test {
 protected:
  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
};

std::vector<SearchSpace> spaces() {
  SearchSpace numbers;
  numbers.add_int("log", 1, 20, {.log = true})
      .add_int("far", 1, 1000000, {.log = true})
      .add_int("step", 0, 1000, {.step = 7});
  numbers.add_float("grid", 0.0, 1.0, {.step = 0.01}).add_float("few", 0.0, 1.0, {.step = 0.25}).add_int("two", 1, 2);
  numbers.add_float("x", -1.0, 1.0).add_float("lr", 1e-9, 1.0, {.log = true}).add_float("one", 3.0, 3.0);
  SearchSpace nested;
  nested.add_repeat("stages", 0, 3, SearchSpace().add_repeat("blocks", 0, 2, SearchSpace().add_int("w", 1, 50)));
  return {testing::every_kind_of_parameter(),
          testing::small_finite_space(),
          testing::constrained_space(),
          numbers,
          nested,
          SearchSpace()};
}

TEST_F(DecisionsOfSpaces, AreFoundAgainInWhatTheyLedTo) {
  for (const SearchSpace& space : spaces()) {
    for (const std::size_t bins : {2u, 10u, 13u}) {
      const Decisions decisions(space, bins);
      for (int i = 0; i < 200; ++i) {
        std::vector<MadeDecision> made;
        const auto choose = [&](std::size_t point) {
          made.push_back({point, random_.below(decisions.points()[point].options)});
          return made.back().option;
        };
        const std::vector<MadeDecision> found = decisions.of(decisions.walk(choose, random_));
        ASSERT_EQ(found.size(), made.size());
        for (std::size_t k = 0; k < made.size(); ++k) {
          ASSERT_EQ(found[k].point, made[k].point);
          ASSERT_EQ(found[k].option, made[k].option) << decisions.points()[made[k].point].path;
        }
      }
    }
  }
}

TEST_F(DecisionsOfSpaces, LeadBackToAPointUpToItsParts) {
  for (const SearchSpace& space : spaces()) {
    const Decisions decisions(space);
    for (int i = 0; i < 200; ++i) {
      const Configuration configuration = space.sample(random_);
      const std::vector<MadeDecision> made = decisions.of(configuration);
      std::size_t next = 0;
      const auto choose = [&](std::size_t point) {
        EXPECT_EQ(point, made.at(next).point);
        return made.at(next++).option;
      };
      const Configuration again = decisions.walk(choose, random_);
      EXPECT_EQ(next, made.size());
      const std::vector<MadeDecision> found = decisions.of(again);
      ASSERT_EQ(found.size(), made.size());
      for (std::size_t k = 0; k < made.size(); ++k) ASSERT_EQ(found[k].option, made[k].option);
    }
  }
}

TEST_F(DecisionsOfSpaces, GiveEveryPointOfAFiniteSpaceExactly) {
  const SearchSpace space = testing::small_finite_space();
  const Decisions decisions(space);
  for (std::uint64_t i = 0; i < *space.size(); ++i) {
    const std::vector<MadeDecision> made = decisions.of(space.point(i));
    std::size_t next = 0;
    EXPECT_EQ(decisions.walk([&](std::size_t) { return made.at(next++).option; }, random_), space.point(i));
  }
}

TEST_F(DecisionsOfSpaces, SkipWhatHasOneValueAndWhatIsNotActive) {
  const Decisions decisions(testing::every_kind_of_parameter());
  std::set<std::string> paths;
  for (const DecisionPoint& point : decisions.points()) {
    EXPECT_GE(point.options, 2u) << point.path;
    paths.insert(point.path);
  }
  EXPECT_FALSE(paths.contains("fixed"));
  EXPECT_EQ(paths.size(), 17u);
  // The third category opens nothing: model, lr, batch and momentum are asked.
  int asked = 0;
  decisions.walk([&](std::size_t point) { return ++asked, decisions.points()[point].path == "model" ? 2u : 0u; },
                 random_);
  EXPECT_EQ(asked, 4);
}

TEST_F(DecisionsOfSpaces, ShareTheKindOfOneParameterInAllElements) {
  const Decisions decisions(testing::every_kind_of_parameter());
  std::set<std::size_t> filters;
  std::set<std::size_t> all;
  for (const DecisionPoint& point : decisions.points()) {
    if (point.path.find("filters") != std::string::npos) filters.insert(point.kind);
    all.insert(point.kind);
  }
  EXPECT_EQ(filters.size(), 1u);
  // model, layers, filters, kind, kernel, dropout, depth, subsample, lr, batch, momentum
  EXPECT_EQ(decisions.kinds(), 11u);
  EXPECT_EQ(all.size(), 11u);
  EXPECT_EQ(*all.rbegin(), 10u);
}

TEST_F(DecisionsOfSpaces, DivideARangeEvenlyOnItsScale) {
  const SearchSpace space = SearchSpace().add_float("lr", 1e-10, 1.0, {.log = true}).add_int("n", 1, 20, {.log = true});
  const Decisions decisions(space);
  EXPECT_EQ(decisions.points()[0].options, 10u);
  // Ten parts of log 20 are [1, 1.35), [1.35, 1.82), [1.82, 2.46), ...; the second holds no whole number.
  EXPECT_EQ(decisions.points()[1].options, 9u);
  for (int i = 0; i < 100; ++i) {
    const double lr = decisions.walk([](std::size_t point) { return point == 0 ? 3u : 0u; }, random_).number("lr");
    EXPECT_GE(lr, 1e-7);
    EXPECT_LT(lr, 1e-6);
  }
  EXPECT_THROW(decisions.walk([](std::size_t) { return 10u; }, random_), InternalError);
}

}  // namespace
}  // namespace nascent
