#include "strategy/population.h"

#include <gtest/gtest.h>

#include "strategy/ranking.h"

namespace nascent {
namespace {

Outcome complete(std::vector<double> losses, double violation = 0.0) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::kComplete;
  outcome.losses = std::move(losses);
  outcome.violation = violation;
  return outcome;
}

Outcome stopped(std::vector<double> losses, std::int64_t steps) {
  Outcome outcome = complete(std::move(losses));
  outcome.kind = Outcome::Kind::kStopped;
  outcome.steps = steps;
  return outcome;
}

std::vector<std::size_t> order(const std::vector<Outcome>& outcomes) {
  std::vector<const Outcome*> pointers;
  for (const Outcome& outcome : outcomes) pointers.push_back(&outcome);
  return order_from_best(pointers);
}

std::vector<std::int64_t> ranks(const Population& population) {
  std::vector<std::int64_t> trials;
  for (std::size_t rank = 0; rank < population.size(); ++rank) trials.push_back(population.ranked(rank).trial);
  return trials;
}

TEST(Ranking, OrdersOneObjectiveByLossAndEqualOnesByPlace) {
  EXPECT_EQ(order({complete({2.0}), complete({1.0}), complete({2.0}), complete({0.0})}),
            (std::vector<std::size_t>{3, 1, 0, 2}));
}

TEST(Ranking, PutsWhatWasEvaluatedMoreAndKeepsItsConstraintsFirst) {
  EXPECT_EQ(order({stopped({0.0}, 3), stopped({9.0}, 5), complete({1.0}, 0.5), complete({5.0})}),
            (std::vector<std::size_t>{3, 2, 1, 0}));
}

TEST(Ranking, OrdersSeveralObjectivesByFrontAndThenByLoneliness) {
  // The front is (0,4) (1,2) (1.2,1.8) (4,0); of its inner points (1,2) has the wider gap around it:
  // (1.2 + 2.2) / 4 = 0.85 against (3 + 2) / 4 = 1.25, so (1.2,1.8) is the lonelier one. (5,5) is dominated.
  EXPECT_EQ(order({complete({5.0, 5.0}), complete({1.0, 2.0}), complete({1.2, 1.8}), complete({0.0, 4.0}),
                   complete({4.0, 0.0})}),
            (std::vector<std::size_t>{3, 4, 2, 1, 0}));
}

TEST(Ranking, OrdersTheFeasibleBeforeAnInfeasiblePointThatDominatesThem) {
  EXPECT_EQ(order({complete({0.0, 0.0}, 1.0), complete({3.0, 1.0}), complete({1.0, 3.0})}),
            (std::vector<std::size_t>{1, 2, 0}));
}

TEST(Ranking, ImprovesOnSeveralObjectivesByDominanceOnly) {
  EXPECT_TRUE(improves_on(complete({1.0, 1.0}), complete({1.0, 2.0})));
  EXPECT_FALSE(improves_on(complete({0.0, 3.0}), complete({1.0, 2.0})));
  EXPECT_FALSE(improves_on(complete({1.0, 2.0}), complete({1.0, 2.0})));
  EXPECT_TRUE(improves_on(complete({9.0, 9.0}), complete({1.0, 2.0}, 0.1)));
}

TEST(Population, KeepsItsRankingAsMembersComeAndGo) {
  Population population;
  population.add({0, {}, complete({3.0})});
  population.add({1, {}, complete({1.0})});
  population.add({2, {}, complete({2.0})});
  EXPECT_EQ(ranks(population), (std::vector<std::int64_t>{1, 2, 0}));
  population.remove_oldest();
  population.add({3, {}, complete({0.0})});
  EXPECT_EQ(ranks(population), (std::vector<std::int64_t>{3, 1, 2}));
  EXPECT_EQ(population.take_best().trial, 3);
  population.remove_oldest();
  EXPECT_EQ(ranks(population), (std::vector<std::int64_t>{2}));
}

TEST(Population, KeepsItsRankingOfSeveralObjectives) {
  Population population;
  for (std::int64_t trial = 0; trial < 6; ++trial) {
    const auto x = static_cast<double>(trial % 3);
    population.add({trial, {}, complete({x + (trial < 3 ? 1.0 : 0.0), 3.0 - x})});
  }
  // 3, 4, 5 lie on the first front, (0,3) (1,2) (2,1), each of them one better than 0, 1, 2 in the first loss.
  EXPECT_EQ(ranks(population), (std::vector<std::int64_t>{3, 5, 4, 0, 2, 1}));
  population.remove_oldest();
  EXPECT_EQ(ranks(population), (std::vector<std::int64_t>{3, 5, 4, 1, 2}));
}

TEST(Population, DiscardsAllButTheBestAndKeepsTheirAges) {
  Population population;
  for (const double loss : {4.0, 1.0, 5.0, 0.0, 2.0})
    population.add({static_cast<std::int64_t>(population.size()), {}, complete({loss})});
  population.keep_best(3);
  EXPECT_EQ(ranks(population), (std::vector<std::int64_t>{3, 1, 4}));
  population.remove_oldest();
  EXPECT_EQ(ranks(population), (std::vector<std::int64_t>{3, 4}));
}

}  // namespace
}  // namespace nascent
