#include <gtest/gtest.h>

#include <map>
#include <set>

#include "contract/strategy_trials.h"

namespace nascent::testing {
namespace {

/// Six categories of five choices: 15,625 points, each with 24 neighbours.
SearchSpace six_edges() {
  SearchSpace space;
  for (int i = 0; i < 6; ++i) space.add_categorical("edge" + std::to_string(i), {"a", "b", "c", "d", "e"});
  return space;
}

int differences(const Configuration& a, const Configuration& b) {
  int count = 0;
  for (const auto& [name, value] : a.values()) count += value == *b.find(name) ? 0 : 1;
  return count;
}

/// How many edges are not "a".
double distance_loss(const Configuration& c) {
  double sum = 0.0;
  for (const auto& [name, value] : c.values()) sum += std::get<ChoiceValue>(value).name == "a" ? 0.0 : 1.0;
  return sum;
}

std::unique_ptr<SearchStrategy> make(const std::string& text, const SearchSpace& space) {
  return make_strategy(text, {space, {{"loss", false}}, 17});
}

Trial observe(SearchStrategy& strategy, std::int64_t number, const Proposal& proposal, double loss) {
  Trial trial = completed(running_trial(number, proposal), loss);
  strategy.observe(trial);
  return trial;
}

TEST(Evolution, DrawsItsStartAndThenEditsAParentThatItNames) {
  const SearchSpace space = six_edges();
  const auto strategy = make("evolution:start=6", space);
  std::vector<Trial> trials;
  for (std::int64_t number = 0; number < 40; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    ASSERT_TRUE(proposal);
    ASSERT_EQ(proposal->parent.has_value(), number >= 6) << number;
    if (proposal->parent) {
      const Trial& parent = trials[static_cast<std::size_t>(*proposal->parent)];
      EXPECT_EQ(differences(proposal->configuration, parent.configuration), 1);
    }
    trials.push_back(observe(*strategy, number, *proposal, distance_loss(proposal->configuration)));
  }
}

TEST(Evolution, LetsTheOldestDieEvenWhereItIsTheBest) {
  const SearchSpace space = six_edges();
  // Every member takes part in a tournament, so that the best alive is the parent.
  const auto strategy = make("evolution:population=5,sample=5,start=5", space);
  for (std::int64_t number = 0; number < 12; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    ASSERT_TRUE(proposal);
    if (number >= 5) {
      EXPECT_EQ(proposal->parent, number - 5) << "the best alive is the oldest";
    }
    observe(*strategy, number, *proposal, static_cast<double>(number));
  }
}

TEST(Evolution, DoesNotLetFailuresAgeTheOthers) {
  const SearchSpace space = six_edges();
  const auto strategy = make("evolution:population=5,start=5", space);
  for (std::int64_t number = 0; number < 40; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    ASSERT_TRUE(proposal);
    Trial trial = completed(running_trial(number, *proposal), 1.0);
    if (number >= 5) {
      trial.state = TrialState::kFailed;
      trial.metrics.clear();
      EXPECT_LT(proposal->parent.value_or(99), 5);
    }
    strategy->observe(trial);
  }
}

TEST(Evolution, PrefersParentsThatKeepTheOutcomeConstraints) {
  const SearchSpace space = six_edges();
  const auto strategy = make_strategy("evolution:population=10,sample=10,start=10",
                                      {space, {{"loss", false}}, 17, {{.metric = "memory", .bound = 1.0}}});
  for (std::int64_t number = 0; number < 10; ++number) {
    Trial trial = completed(running_trial(number, *strategy->suggest(number, {})), static_cast<double>(number));
    trial.metrics["memory"] = number < 7 ? 2.0 : 0.5;
    strategy->observe(trial);
  }
  EXPECT_EQ(strategy->suggest(10, {})->parent, 7);
}

TEST(Evolution, TakesParentsFromTheWholeFrontOfSeveralObjectives) {
  const SearchSpace space = six_edges();
  const auto strategy =
      make_strategy("evolution:population=10,sample=5,start=10", {space, {{"loss", false}, {"size", false}}, 17});
  for (std::int64_t number = 0; number < 10; ++number) {
    Trial trial = completed(running_trial(number, *strategy->suggest(number, {})), static_cast<double>(number % 5));
    // 0 to 4 are a front, 5 to 9 are all dominated.
    trial.metrics["size"] = static_cast<double>(4 - number % 5) + (number < 5 ? 0.0 : 1.0);
    strategy->observe(trial);
  }
  std::map<std::int64_t, int> parents;
  for (std::int64_t number = 10; number < 210; ++number) ++parents[*strategy->suggest(number, {})->parent];
  // A tournament of 5 of 10 is won by one of the front unless all five are dominated: 1 of 252. The seed is fixed.
  int of_the_front = 0;
  for (std::int64_t trial = 0; trial < 5; ++trial) of_the_front += parents[trial];
  EXPECT_GE(of_the_front, 195);
  EXPECT_GT(parents[0], 0);
  EXPECT_GT(parents[4], 0);
}

TEST(Generational, BreedsFromTheBestOfTheGenerationOnly) {
  const SearchSpace space = six_edges();
  const auto strategy = make("generational:population=8,parents=2,crossover=0", space);
  std::vector<Trial> trials;
  for (std::int64_t number = 0; number < 14; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    ASSERT_TRUE(proposal);
    EXPECT_EQ(proposal->parent.has_value(), number >= 8);
    // Trials 3 and 6 are the best of the first generation; the second is over when six more have finished.
    if (proposal->parent) {
      EXPECT_TRUE(*proposal->parent == 3 || *proposal->parent == 6) << *proposal->parent;
    }
    const double loss = number == 3 || number == 6 ? 1.0 : number == 9 || number == 12 ? 0.5 : 2.0;
    trials.push_back(observe(*strategy, number, *proposal, loss));
  }
  for (std::int64_t number = 14; number < 30; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    EXPECT_TRUE(*proposal->parent == 9 || *proposal->parent == 12) << *proposal->parent;
  }
}

TEST(Generational, DoesNotWaitForAGeneration) {
  const SearchSpace space = six_edges();
  const auto strategy = make("generational:population=8,parents=2", space);
  std::vector<Trial> running;
  std::set<std::uint64_t> seen;
  for (std::int64_t number = 0; number < 30; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, running);
    ASSERT_TRUE(proposal);
    EXPECT_TRUE(seen.insert(proposal->configuration.hash()).second);
    running.push_back(running_trial(number, *proposal));
    if (running.size() < 12) continue;
    strategy->observe(completed(running.front(), 1.0));
    running.erase(running.begin());
  }
}

}  // namespace
}  // namespace nascent::testing
