#include <gtest/gtest.h>

#include <map>

#include "contract/strategy_trials.h"
#include "nascent/core/random.h"

namespace nascent::testing {
namespace {

class PolicySearch : public ::testing::TestWithParam<std::string> {
 protected:
  /// Runs trials and returns the share of the last `counted` of them for which `holds`.
  template <typename Loss, typename Holds>
  double share(const SearchSpace& space, std::int64_t trials, std::int64_t counted, Loss loss, Holds holds) const {
    // Duplicates are allowed, so that what the policy prefers is seen.
    const auto strategy = make_strategy(GetParam(), {space, {{"loss", false}}, 23, {}, trials, true});
    double count = 0.0;
    for (std::int64_t number = 0; number < trials; ++number) {
      const std::optional<Proposal> proposal = strategy->suggest(number, {});
      if (!proposal) return 0.0;
      strategy->observe(completed(running_trial(number, *proposal), loss(proposal->configuration)));
      if (number >= trials - counted && holds(proposal->configuration)) count += 1.0;
    }
    return count / static_cast<double>(counted);
  }
};

SearchSpace letters(int count) {
  SearchSpace space;
  for (int i = 0; i < count; ++i) space.add_categorical("c" + std::to_string(i), {"a", "b", "c", "d"});
  return space;
}

double letters_that_are_not_b(const Configuration& c) {
  double sum = 0.0;
  for (const auto& [name, value] : c.values()) sum += std::get<ChoiceValue>(value).name == "b" ? 0.0 : 1.0;
  return sum;
}

TEST_P(PolicySearch, ComesToPreferWhatIsRewarded) {
  // A policy that had learned nothing would draw two or more letters right of four in 26 % of trials. The seed is
  // fixed.
  EXPECT_GT(share(letters(4), 200, 50, letters_that_are_not_b,
                  [](const Configuration& c) { return letters_that_are_not_b(c) <= 2.0; }),
            0.9);
}

TEST_P(PolicySearch, LearnsFromTrialsThatItHasNotProposed) {
  const SearchSpace space = letters(4);
  const auto strategy = make_strategy(GetParam(), {space, {{"loss", false}}, 23});
  Random random(7);
  for (std::int64_t number = 0; number < 200; ++number) {
    const Configuration drawn = space.sample(random);
    strategy->observe(completed(running_trial(number, {drawn, {}}), letters_that_are_not_b(drawn)));
  }
  int right = 0;
  for (std::int64_t number = 200; number < 300; ++number)
    right += 4 - static_cast<int>(letters_that_are_not_b(strategy->suggest(number, {})->configuration));
  // At random 100 of 400 letters would be right.
  EXPECT_GT(right, 200);
}

TEST_P(PolicySearch, KeepsAwayFromFailures) {
  const SearchSpace space = letters(2);
  const auto strategy = make_strategy(GetParam(), {space, {{"loss", false}}, 23, {}, -1, true});
  int failures = 0;
  for (std::int64_t number = 0; number < 150; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    ASSERT_TRUE(proposal);
    Trial trial = completed(running_trial(number, *proposal), 1.0);
    if (proposal->configuration.choice("c0") == "a") {
      trial.state = TrialState::kFailed;
      trial.metrics.clear();
      failures += number >= 100 ? 1 : 0;
    }
    strategy->observe(trial);
  }
  // At random a quarter, 12.5 of the last 50, would fail.
  EXPECT_LE(failures, 5);
}

TEST_P(PolicySearch, SharesWhatItLearnsAmongTheElementsOfAList) {
  SearchSpace space;
  space.add_repeat("layers", 8, 8, SearchSpace().add_categorical("kind", {"a", "b", "c", "d"}));
  const auto wrong = [](const Configuration& c) {
    double sum = 0.0;
    for (const Element& layer : c.elements("layers")) sum += layer.values.choice("kind") == "b" ? 0.0 : 1.0;
    return sum;
  };
  // Of eight letters two are right at random.
  EXPECT_GT(share(space, 150, 50, wrong, [&](const Configuration& c) { return wrong(c) <= 3.0; }), 0.6);
}

INSTANTIATE_TEST_SUITE_P(Policies, PolicySearch, ::testing::Values("reinforce", "controller"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace nascent::testing
