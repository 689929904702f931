#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "contract/example_spaces.h"
#include "contract/strategy_trials.h"
#include "nascent/strategy/search_strategy.h"
#include "support/seed.h"

/// What every `SearchStrategy` must do. Instantiated for every entry of the
/// registry.
namespace nascent::testing {

class SearchStrategyContract : public ::testing::TestWithParam<StrategyEntry> {
 protected:
  std::unique_ptr<SearchStrategy> make(const SearchSpace& space, std::uint64_t seed, bool maximize = false) const {
    return make_strategy(GetParam().name, {space, {{"loss", maximize}}, seed});
  }

  /// Runs `count` trials one after another and returns them.
  static std::vector<Trial> run(SearchStrategy& strategy, std::int64_t first, std::int64_t count) {
    std::vector<Trial> trials;
    for (std::int64_t number = first; number < first + count; ++number) {
      const std::optional<Proposal> proposal = strategy.suggest(number, {});
      if (!proposal) break;
      trials.push_back(completed(running_trial(number, *proposal), made_up_loss(proposal->configuration)));
      strategy.observe(trials.back());
    }
    return trials;
  }

  const std::uint64_t seed_ = test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, seed_note(seed_)};
};

TEST_P(SearchStrategyContract, HasTheNameOfItsEntry) {
  EXPECT_EQ(make(small_finite_space(), seed_)->name(), GetParam().name);
  EXPECT_FALSE(GetParam().help.empty());
}

TEST_P(SearchStrategyContract, ProposesValidConfigurationsOfEveryKindOfParameter) {
  const SearchSpace space = every_kind_of_parameter();
  const std::vector<Trial> trials = run(*make(space, seed_), 0, 80);
  ASSERT_EQ(trials.size(), 80u);
  for (const Trial& trial : trials) EXPECT_NO_THROW(space.validate(trial.configuration));
}

TEST_P(SearchStrategyContract, ProposesTheSameForTheSameSeed) {
  const SearchSpace space = every_kind_of_parameter();
  const std::vector<Trial> first = run(*make(space, seed_), 0, 40);
  const std::vector<Trial> second = run(*make(space, seed_), 0, 40);
  const std::vector<Trial> other = run(*make(space, seed_ + 1), 0, 40);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) ASSERT_EQ(first[i].configuration, second[i].configuration) << i;
  EXPECT_NE(first.back().configuration, other.back().configuration);
}

TEST_P(SearchStrategyContract, IsRebuiltByReplayingTheRecord) {
  const SearchSpace space = every_kind_of_parameter();
  const auto original = make(space, seed_);
  const std::vector<Trial> record = run(*original, 0, 35);
  const auto rebuilt = make(space, seed_);
  for (const Trial& trial : record) rebuilt->observe(trial);
  const std::vector<Trial> expected = run(*original, 35, 10);
  const std::vector<Trial> actual = run(*rebuilt, 35, 10);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(actual[i].configuration, expected[i].configuration) << i;
}

TEST_P(SearchStrategyContract, DoesNotRepeatWhatIsRunning) {
  const SearchSpace space = small_finite_space();
  const auto strategy = make(space, seed_);
  for (const Trial& trial : run(*make(space, seed_), 0, 12)) strategy->observe(trial);
  std::vector<Trial> running;
  std::set<std::uint64_t> seen;
  for (std::int64_t number = 12; number < 27; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, running);
    ASSERT_TRUE(proposal) << number;
    EXPECT_TRUE(seen.insert(proposal->configuration.hash()).second) << proposal->configuration.canonical();
    running.push_back(running_trial(number, *proposal));
  }
  EXPECT_FALSE(strategy->suggest(27, running)) << "all points are finished or running";
}

TEST_P(SearchStrategyContract, TriesEveryPointOfAFiniteSpaceOnceAndThenEnds) {
  const SearchSpace space = small_finite_space();
  const auto strategy = make(space, seed_);
  const std::vector<Trial> trials = run(*strategy, 0, 100);
  std::set<std::uint64_t> seen;
  for (const Trial& trial : trials) EXPECT_TRUE(seen.insert(trial.configuration.hash()).second) << trial.number;
  EXPECT_EQ(seen.size(), 27u);
  EXPECT_FALSE(strategy->suggest(100, {}));
}

TEST_P(SearchStrategyContract, ProposesOnlyWhatTheTraitsAllow) {
  SearchSpace space = every_kind_of_parameter();
  space.set_traits({.allowed = [](const Configuration& configuration) { return configuration.hash() % 3 != 0; }});
  for (const Trial& trial : run(*make(space, seed_), 0, 60)) EXPECT_TRUE(space.allows(trial.configuration));
  SearchSpace finite = small_finite_space();
  finite.set_traits(space.traits());
  std::set<std::uint64_t> seen;
  for (const Trial& trial : run(*make(finite, seed_), 0, 100)) {
    EXPECT_TRUE(finite.allows(trial.configuration));
    seen.insert(trial.configuration.hash());
  }
  std::size_t allowed = 0;
  for (std::uint64_t i = 0; i < *finite.size(); ++i) allowed += finite.allows(finite.point(i)) ? 1 : 0;
  EXPECT_EQ(seen.size(), allowed);
}

TEST_P(SearchStrategyContract, EndsAfterTheOnlyPointOfASpaceWithoutChoice) {
  EXPECT_EQ(run(*make(SearchSpace().add_int("n", 3, 3).add_float("x", 2.0, 2.0), seed_), 0, 10).size(), 1u);
  EXPECT_EQ(run(*make(SearchSpace(), seed_), 0, 10).size(), 1u);
}

TEST_P(SearchStrategyContract, SurvivesTrialsWithoutAUsableResult) {
  const SearchSpace space = every_kind_of_parameter();
  for (const bool some_succeed : {false, true}) {
    const auto strategy = make(space, seed_);
    for (std::int64_t number = 0; number < 60; ++number) {
      const std::optional<Proposal> proposal = strategy->suggest(number, {});
      ASSERT_TRUE(proposal);
      ASSERT_NO_THROW(space.validate(proposal->configuration));
      Trial trial = completed(running_trial(number, *proposal), made_up_loss(proposal->configuration));
      switch (number % (some_succeed ? 6 : 4)) {
        case 0:
          trial.state = TrialState::kFailed;
          trial.metrics.clear();
          break;
        case 1:
          trial.metrics["loss"] = NAN;
          break;
        case 2:
          trial.metrics["loss"] = INFINITY;
          break;
        case 3:
          trial.metrics = {{"another", 1.0}};
          break;
        case 4:
          trial.state = TrialState::kStopped;
          break;
        default:
          break;
      }
      strategy->observe(trial);
    }
  }
}

TEST_P(SearchStrategyContract, AcceptsTrialsThatItHasNotProposed) {
  const SearchSpace space = every_kind_of_parameter();
  const auto strategy = make(space, seed_);
  Random random(seed_);
  for (std::int64_t number = 0; number < 30; ++number) {
    Trial trial = running_trial(number, {space.sample(random), {}});
    strategy->observe(completed(trial, made_up_loss(trial.configuration)));
  }
  EXPECT_EQ(run(*strategy, 30, 10).size(), 10u);
}

TEST_P(SearchStrategyContract, TreatsTheTwoDirectionsAsMirrorImages) {
  const SearchSpace space = every_kind_of_parameter();
  const auto minimizing = make(space, seed_, false);
  const auto maximizing = make(space, seed_, true);
  for (std::int64_t number = 0; number < 40; ++number) {
    const std::optional<Proposal> a = minimizing->suggest(number, {});
    const std::optional<Proposal> b = maximizing->suggest(number, {});
    ASSERT_TRUE(a && b);
    ASSERT_EQ(a->configuration, b->configuration) << number;
    const double loss = made_up_loss(a->configuration);
    minimizing->observe(completed(running_trial(number, *a), loss));
    maximizing->observe(completed(running_trial(number, *b), -loss));
  }
}

TEST_P(SearchStrategyContract, ObeysTheConstraintsOfTheSpace) {
  SearchSpace space;
  space.add_float("x", 0.0, 1.0).add_int("n", 1, 8).add_categorical("kind", {"a", "b"});
  space.add_constraint("x * n <= 1.5").add_constraint("kind == \"a\" or n >= 3");
  const std::vector<Trial> trials = run(*make(space, seed_), 0, 60);
  EXPECT_GE(trials.size(), 15u);
  for (const Trial& trial : trials) {
    EXPECT_LE(trial.configuration.number("x") * trial.configuration.number("n"), 1.5);
    EXPECT_TRUE(trial.configuration.choice("kind") == "a" || trial.configuration.integer("n") >= 3);
  }
}

TEST_P(SearchStrategyContract, EndsWhenNoPointOfAFiniteSpaceIsLeftThatItsConstraintsAllow) {
  SearchSpace space;
  space.add_int("a", 0, 4).add_int("b", 0, 4).add_constraint("a < b");
  EXPECT_EQ(run(*make(space, seed_), 0, 30).size(), 10u);
}

TEST_P(SearchStrategyContract, EvaluatesConfigurationsOfOneKeyOnce) {
  SearchSpace space;
  space.add_categorical("left", {"a", "b", "c"}).add_categorical("right", {"a", "b", "c"});
  // The two sides are interchangeable: 6 unordered pairs.
  space.set_traits({.key = [](const Configuration& pair) {
    const auto [first, second] = std::minmax(pair.choice("left"), pair.choice("right"));
    return first + second;
  }});
  const std::vector<Trial> trials = run(*make(space, seed_), 0, 30);
  std::set<std::uint64_t> keys;
  for (const Trial& trial : trials) keys.insert(space.key(trial.configuration));
  EXPECT_EQ(trials.size(), 6u);
  EXPECT_EQ(keys.size(), 6u);
}

TEST_P(SearchStrategyContract, WorksOnOrderedCategories) {
  SearchSpace space;
  space.add_ordered("size", {"16", "32", "64", "128"})
      .add_ordered("kind", {{"none"}, {"some", SearchSpace().add_float("share", 0.0, 1.0)}, {"all"}});
  const std::vector<Trial> trials = run(*make(space, seed_), 0, 40);
  EXPECT_GE(trials.size(), 20u);
  for (const Trial& trial : trials) EXPECT_NO_THROW(space.validate(trial.configuration));
}

TEST_P(SearchStrategyContract, GoesOnWhenDuplicatesAreAllowed) {
  const auto strategy = make_strategy(GetParam().name, {small_finite_space(),
                                                        {{"loss", false}},
                                                        seed_,
                                                        {},
                                                        -1,
                                                        /*allow_duplicates=*/true});
  const std::vector<Trial> trials = run(*strategy, 0, 60);
  // Grid search is over when its grid is.
  EXPECT_EQ(trials.size(), GetParam().name == "grid" ? 27u : 60u);
}

TEST_P(SearchStrategyContract, TakesSeveralObjectivesAndOutcomeConstraints) {
  const SearchSpace space = every_kind_of_parameter();
  const auto strategy = make_strategy(
      GetParam().name, {space, {{"loss", false}, {"speed", true}}, seed_, {{.metric = "memory", .bound = 0.5}}});
  Random random(seed_);
  for (std::int64_t number = 0; number < 60; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    ASSERT_TRUE(proposal);
    ASSERT_NO_THROW(space.validate(proposal->configuration));
    Trial trial = completed(running_trial(number, *proposal), made_up_loss(proposal->configuration));
    trial.metrics["speed"] = random.uniform();
    trial.metrics["memory"] = random.uniform();
    if (number % 10 == 3) trial.metrics.erase("speed");
    if (number % 10 == 7) trial.metrics.erase("memory");
    strategy->observe(trial);
  }
}

}  // namespace nascent::testing
