#include <gtest/gtest.h>

#include <map>
#include <set>

#include "contract/simulated_pool.h"
#include "estimation/scheduler_trials.h"

namespace nascent {
namespace {

using testing::begun;
using testing::Curve;
using testing::ended;
using testing::expect_promotes_by_fronts;
using testing::failed;
using testing::kNotANumber;
using testing::setup_for;
using testing::setup_of_three;
using testing::SimulatedPool;
using Kind = Assignment::Kind;

/// How many trials ended at each amount; 0 stands for the full evaluation.
std::map<double, int> counts_by_amount(const std::vector<Trial>& trials) {
  std::map<double, int> counts;
  for (const Trial& trial : trials) ++counts[trial.fidelity.empty() ? 0.0 : trial.fidelity.at("epochs")];
  return counts;
}

std::vector<Curve> curves(std::size_t count) {
  std::vector<Curve> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({.loss_at_last = 0.1 + 0.001 * static_cast<double>(i)});
  return all;
}

/// Table 1 of Li et al.: R = 81, η = 3.
TEST(Hyperband, HasTheBracketsOfThePaper) {
  const auto hyperband = make_scheduler("hyperband", setup_for(81));
  const std::vector<std::pair<double, std::int64_t>> starts{{1, 81}, {3, 34}, {9, 15}, {27, 8}, {0, 5}, {1, 81}};
  std::int64_t number = 0;
  std::vector<Trial> running;
  for (const auto& [amount, size] : starts) {
    for (std::int64_t i = 0; i < size; ++i) {
      const Assignment assignment = hyperband->next(running, true);
      ASSERT_EQ(assignment.kind, Kind::kStart);
      ASSERT_EQ(assignment.fidelity, begun(0, amount).fidelity) << "of the " << i << "th from " << amount;
      running.push_back(begun(number++, amount));
    }
  }
}

TEST(Hyperband, ReducesEachBracketAsThePaperDoes) {
  SimulatedPool pool(setup_for(81), curves(81 + 34 + 15 + 8 + 5), 1);
  ASSERT_TRUE(pool.run(*make_scheduler("hyperband", setup_for(81))));
  // 81 27 9 3 1, 34 11 3 1, 15 5 1, 8 2, 5 at amounts 1, 3, 9, 27, 81.
  const std::map<double, int> expected{
      {1, 81}, {3, 27 + 34}, {9, 9 + 11 + 15}, {27, 3 + 3 + 5 + 8}, {0, 1 + 1 + 1 + 2 + 5}};
  EXPECT_EQ(counts_by_amount(pool.ended()), expected);
}

TEST(SuccessiveHalving, WaitsForTheWholeRungWhenBracketsMayNotOverlap) {
  const auto halving = make_scheduler("halving:overlap=1", setup_for(9));
  std::vector<Trial> running;
  for (std::int64_t number = 0; number < 9; ++number) {
    ASSERT_EQ(halving->next(running, true).kind, Kind::kStart);
    running.push_back(begun(number, 1));
  }
  EXPECT_EQ(halving->next(running, true).kind, Kind::kWait);
  while (running.size() > 1) {
    halving->observe(ended(running.back(), static_cast<double>(running.size())));
    running.pop_back();
    EXPECT_EQ(halving->next(running, true).kind, Kind::kWait) << "the rung is not complete";
  }
  halving->observe(ended(running.back(), 100));  // the last comes last
  running.clear();
  for (const std::int64_t expected : {1, 2, 3}) {
    const Assignment assignment = halving->next(running, true);
    ASSERT_EQ(assignment.kind, Kind::kContinue);
    EXPECT_EQ(assignment.continues, expected);
    EXPECT_EQ(assignment.fidelity, (Fidelity{{"epochs", 3}}));
    running.push_back(begun(10 + expected, 3, expected));
  }
  EXPECT_EQ(halving->next(running, true).kind, Kind::kWait);
  EXPECT_EQ(make_scheduler("halving", setup_for(9))->next({}, true).kind, Kind::kStart);
}

TEST(SuccessiveHalving, OpensAnotherBracketInsteadOfWaiting) {
  const auto halving = make_scheduler("halving", setup_for(9));
  std::vector<Trial> running;
  for (std::int64_t number = 0; number < 9; ++number) running.push_back(begun(number, 1));
  EXPECT_EQ(halving->next(running, true).kind, Kind::kStart);
  for (const Trial& trial : running) halving->observe(ended(trial, static_cast<double>(trial.number)));
  running = {begun(9, 1)};
  EXPECT_EQ(halving->next(running, true).continues, 0) << "the first bracket goes before the second";
}

TEST(SuccessiveHalving, CountsFailuresAsTheLastAndPromotesNoneOfThem) {
  const auto halving = make_scheduler("halving", setup_for(9));
  for (std::int64_t number = 0; number < 7; ++number) halving->observe(failed(begun(number, 1)));
  halving->observe(ended(begun(7, 1), kNotANumber));
  halving->observe(ended(begun(8, 1), 5));
  EXPECT_EQ(halving->next({}, true).continues, 8);
  halving->observe(failed(begun(9, 3, 8)));
  EXPECT_EQ(halving->next({}, true).kind, Kind::kStart) << "the bracket is over: nothing is left that could go on";
  EXPECT_EQ(halving->next({}, false).kind, Kind::kNothing);
}

TEST(SuccessiveHalving, ClosesABracketThatGetsNoMore) {
  const auto halving = make_scheduler("halving", setup_for(9));
  for (std::int64_t number = 0; number < 6; ++number)
    halving->observe(ended(begun(number, 1), static_cast<double>(number)));
  EXPECT_EQ(halving->next({}, true).kind, Kind::kStart) << "three are missing";
  EXPECT_EQ(halving->next({}, false).continues, 0);
  const std::vector<Trial> running{begun(6, 3, 0)};
  EXPECT_EQ(halving->next(running, false).continues, 1) << "a third of six";
  halving->observe(ended(begun(6, 3, 0), 0.5));
  halving->observe(ended(begun(7, 3, 1), 0.4));
  EXPECT_EQ(halving->why_no_more(ended(begun(4, 1), 4)),
            "ended at 1 of 9 epochs: 5th of 6 in its bracket, the best 2 go on");
  const Assignment last = halving->next({}, false);
  EXPECT_EQ(last.continues, 7);
  EXPECT_TRUE(last.fidelity.empty());
  halving->observe(ended(begun(8, 0, 7), 0.3));
  EXPECT_EQ(halving->next({}, false).kind, Kind::kNothing);
  EXPECT_EQ(halving->why_no_more(ended(begun(6, 3, 0), 0.5)),
            "ended at 3 of 9 epochs: 2nd of 2 in its bracket, the best one goes on");
}

TEST(SuccessiveHalving, FillsBracketsByTheNumbersOfTrialsAndNotByTheirEnds) {
  const auto halving = make_scheduler("halving", setup_for(9));
  for (std::int64_t number = 1; number < 10; ++number)
    halving->observe(ended(begun(number, 1), static_cast<double>(number)));
  const std::vector<Trial> running{begun(0, 1)};
  EXPECT_EQ(halving->next(running, true).kind, Kind::kStart) << "nine have ended, but one of the second bracket";
}

TEST(Hyperband, RanksSeveralObjectivesByFrontsAndConstraintsFirst) {
  for (const std::string name : {"hyperband:reduction=2", "halving:reduction=2"}) {
    SCOPED_TRACE(name);
    // Trial 3 is dominated, though its loss is less than that of 2.
    expect_promotes_by_fronts(*make_scheduler(name, setup_of_three(4)), 0.3, 9);
  }
}

}  // namespace
}  // namespace nascent
