#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <vector>

#include "contract/strategy_trials.h"
#include "nascent/core/random.h"
#include "strategy/success_history.h"
#include "support/seed.h"

namespace nascent::testing {
namespace {

double rastrigin(const Configuration& configuration) {
  double sum = 0.0;
  for (const auto& [name, value] : configuration.values()) {
    const double x = std::get<double>(value) - 1.0;
    sum += 10.0 + x * x - 10.0 * std::cos(2.0 * std::acos(-1.0) * x);
  }
  return sum;
}

SearchSpace box(int dimensions) {
  SearchSpace space;
  for (int i = 0; i < dimensions; ++i) space.add_float("x" + std::to_string(i), -5.0, 5.0);
  return space;
}

TEST(DifferentialEvolution, FindsTheDeepestOfManyValleys) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  int found = 0;
  for (std::uint64_t run = 0; run < 10; ++run) {
    const auto strategy = make_strategy("de", {box(3), {{"loss", false}}, mix_seed(seed, run), {}, 3000});
    double best = INFINITY;
    for (std::int64_t number = 0; number < 3000; ++number) {
      Trial trial = running_trial(number, *strategy->suggest(number, {}));
      const double loss = rastrigin(trial.configuration);
      best = std::min(best, loss);
      strategy->observe(completed(trial, loss));
    }
    found += best < 1e-6 ? 1 : 0;
  }
  EXPECT_GE(found, 7) << "of 10 runs, in which there are a thousand valleys";
}

TEST(DifferentialEvolution, BeginsAgainWhenItHasConverged) {
  const auto strategy = make_strategy("de:population=8", {box(2), {{"loss", false}}, 3});
  int random_after_start = 0;
  for (std::int64_t number = 0; number < 1500; ++number) {
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    random_after_start += number >= 8 && !proposal->parent ? 1 : 0;
    const double x = proposal->configuration.number("x0");
    const double y = proposal->configuration.number("x1");
    strategy->observe(completed(running_trial(number, *proposal), x * x + y * y));
  }
  EXPECT_GE(random_after_start, 8) << "a second population";
}

constexpr std::int64_t kStart = 14;  // of two dimensions

/// A search whose first population is complete at one epoch: the loss of trial n is 10 + n.
std::unique_ptr<SearchStrategy> started_at_one_epoch(std::vector<Trial>& trials) {
  auto strategy = make_strategy("de", {box(2), {{"loss", false}}, 5});
  for (std::int64_t number = 0; number < kStart; ++number) {
    Trial trial = running_trial(number, *strategy->suggest(number, {}));
    trial.fidelity = {{"epochs", 1.0}};
    trials.push_back(completed(trial, 10.0 + static_cast<double>(number)));
    strategy->observe(trials.back());
  }
  return strategy;
}

/// Trial `of` goes on to all epochs, which make its result worse in numbers that cannot be compared.
Trial promoted(std::int64_t number, const Trial& of) {
  Trial trial = of;
  trial.number = number;
  trial.fidelity = {};
  trial.parent = of.number;
  trial.continues = of.number;
  return completed(trial, 1000.0 + static_cast<double>(of.number));
}

std::set<std::int64_t> parents_of_children(SearchStrategy& strategy, std::int64_t number) {
  std::set<std::int64_t> parents;
  for (int i = 0; i < 100; ++i) parents.insert(strategy.suggest(number + i, {})->parent.value());
  return parents;
}

TEST(DifferentialEvolution, MakesChildrenOfTheHighestFidelityWithFiveMembers) {
  std::vector<Trial> trials;
  const auto strategy = started_at_one_epoch(trials);
  std::int64_t number = kStart;
  for (; number < kStart + 4; ++number) strategy->observe(promoted(number, trials[number - kStart]));
  EXPECT_EQ(*parents_of_children(*strategy, number).rbegin(), kStart - 1) << "four are too few";
  strategy->observe(promoted(number, trials[number - kStart]));
  EXPECT_EQ(parents_of_children(*strategy, number + 1), (std::set<std::int64_t>{14, 15, 16, 17, 18}));
}

TEST(DifferentialEvolution, AChildCompetesWithItsParentWhereBothWereTrained) {
  std::vector<Trial> trials;
  const auto strategy = started_at_one_epoch(trials);
  // A child of trial 3 as it went on: worse than trial 3 after one epoch, though better than it after all.
  strategy->observe(promoted(kStart, trials[3]));
  Trial worse = trials[0];
  worse.number = kStart + 1;
  worse.parent = kStart;
  strategy->observe(completed(worse, 13.5));
  EXPECT_TRUE(parents_of_children(*strategy, 20).contains(3));
  Trial better = worse;
  better.number = kStart + 2;
  strategy->observe(completed(better, 12.5));
  const std::set<std::int64_t> parents = parents_of_children(*strategy, 20);
  EXPECT_FALSE(parents.contains(3)) << "its place has been taken";
  EXPECT_TRUE(parents.contains(kStart + 2));
  EXPECT_TRUE(parents.contains(kStart - 1)) << "not that of the worst";
}

TEST(SuccessHistory, MovesToWhatHasSucceeded) {
  SuccessHistory history(1);
  history.add_success({.F = 0.9, .CR = 0.1}, 1.0);
  history.add_success({.F = 0.3, .CR = 0.1}, 0.0);
  history.end_generation();
  Random random(1);
  std::vector<double> F;
  std::vector<double> CR;
  for (int i = 0; i < 4001; ++i) {
    const StepControl control = history.draw(random);
    ASSERT_GT(control.F, 0.0);
    ASSERT_LE(control.F, 1.0);
    ASSERT_GE(control.CR, 0.0);
    ASSERT_LE(control.CR, 1.0);
    F.push_back(control.F);
    CR.push_back(control.CR);
  }
  std::nth_element(F.begin(), F.begin() + 2000, F.end());
  std::nth_element(CR.begin(), CR.begin() + 2000, CR.end());
  // The one that improved nothing weighs nothing. The seed is fixed; a median of 4,001 draws scatters by about 0.002.
  EXPECT_NEAR(F[2000], 0.9, 0.02);
  EXPECT_NEAR(CR[2000], 0.1, 0.02);
}

TEST(SuccessHistory, StaysWhereItIsWithoutSuccesses) {
  SuccessHistory history;
  SuccessHistory same;
  history.end_generation();
  Random a(2);
  Random b(2);
  EXPECT_EQ(history.draw(a).F, same.draw(b).F);
}

}  // namespace
}  // namespace nascent::testing
