#include <gtest/gtest.h>

#include "estimation/scheduler_trials.h"

namespace nascent {
namespace {

using testing::begun;
using testing::ended;
using testing::expect_promotes_by_fronts;
using testing::failed;
using testing::kNotANumber;
using testing::setup_for;
using testing::setup_of_three;
using Kind = Assignment::Kind;

TEST(Asha, StartsAtTheLowestRungUntilOneOfThreeIsToGoOn) {
  const auto asha = make_scheduler("asha", setup_for(9));
  for (std::int64_t number = 0; number < 3; ++number) {
    const Assignment assignment = asha->next({}, true);
    EXPECT_EQ(assignment.kind, Kind::kStart);
    EXPECT_EQ(assignment.fidelity, (Fidelity{{"epochs", 1}}));
    asha->observe(ended(begun(number, 1), 0.5 - 0.1 * static_cast<double>(number)));
  }
  const Assignment promoted = asha->next({}, true);
  EXPECT_EQ(promoted.kind, Kind::kContinue);
  EXPECT_EQ(promoted.continues, 2);
  EXPECT_EQ(promoted.configuration, testing::numbered(2));
  EXPECT_EQ(promoted.fidelity, (Fidelity{{"epochs", 3}}));
  const std::vector<Trial> running{begun(3, 3, 2)};
  EXPECT_EQ(asha->next(running, true).kind, Kind::kStart) << "the promoted one is under way";
}

TEST(Asha, LooksAtTheHighestRungFirstAndTheTopIsExactlyTheFullEvaluation) {
  SchedulerSetup setup = setup_for(9);
  setup.full = {{"rows", 100}};
  const auto asha = make_scheduler("asha", setup);
  const auto add = [&](std::int64_t number, double epochs, double loss, std::optional<std::int64_t> continues) {
    Trial trial = ended(begun(number, epochs, continues), loss);
    trial.fidelity["rows"] = 100;
    asha->observe(trial);
  };
  for (std::int64_t number = 0; number < 9; ++number) add(number, 1, static_cast<double>(number), {});
  for (std::int64_t number = 0; number < 3; ++number) {
    const Assignment assignment = asha->next({}, true);
    ASSERT_EQ(assignment.continues, number);
    EXPECT_EQ(assignment.fidelity, (Fidelity{{"epochs", 3}, {"rows", 100}}));
    add(9 + number, 3, 5.0 - static_cast<double>(number), number);
  }
  for (std::int64_t number = 20; number < 23; ++number) add(number, 1, 0.5, {});
  const Assignment assignment = asha->next({}, true);
  EXPECT_EQ(assignment.continues, 11) << "before the 4th of 12 that may leave the lowest rung";
  EXPECT_EQ(assignment.fidelity, setup.full);
}

TEST(Asha, NeitherPromotesFailuresNorResultsThatAreNoNumber) {
  const auto asha = make_scheduler("asha", setup_for(9));
  asha->observe(failed(begun(0, 1)));
  asha->observe(ended(begun(1, 1), kNotANumber));
  asha->observe(failed(begun(2, 1)));
  EXPECT_EQ(asha->next({}, true).kind, Kind::kStart);
  asha->observe(ended(begun(3, 1), 0.9));
  EXPECT_EQ(asha->next({}, true).continues, 3) << "the best of four, of which the failed came last";
  asha->observe(failed(begun(4, 3, 3)));
  EXPECT_EQ(asha->next({}, false).kind, Kind::kNothing);
}

TEST(Asha, TakesTheBestToTheTopWhenNothingNewMayBeStarted) {
  const auto asha = make_scheduler("asha", setup_for(9));
  asha->observe(ended(begun(0, 1), 0.4));
  asha->observe(ended(begun(1, 1), 0.3));
  const std::vector<Trial> other{begun(2, 1)};
  EXPECT_EQ(asha->next(other, false).kind, Kind::kWait);
  EXPECT_EQ(asha->next({}, false).continues, 1);
  asha->observe(ended(begun(3, 3, 1), 0.2));
  const Assignment last = asha->next({}, false);
  EXPECT_EQ(last.continues, 3);
  EXPECT_TRUE(last.fidelity.empty());
  asha->observe(failed(begun(4, 0, 3)));
  EXPECT_EQ(asha->next({}, false).continues, 0) << "nothing has reached the full evaluation with a result yet";
  asha->observe(ended(begun(5, 3, 0), 0.3));
  asha->observe(ended(begun(6, 0, 5), 0.3));
  EXPECT_EQ(asha->next({}, false).kind, Kind::kNothing);
}

TEST(Asha, SaysWhyAConfigurationGotNoMore) {
  const auto asha = make_scheduler("asha:reduction=2", setup_for(20));
  for (std::int64_t number = 0; number < 7; ++number)
    asha->observe(ended(begun(number, 1), static_cast<double>(number)));
  EXPECT_EQ(asha->why_no_more(ended(begun(4, 1), 4)), "ended at 1 of 20 epochs: 5th of 7 there, the best 3 go on");
  EXPECT_EQ(asha->why_no_more(ended(begun(0, 1), 0)),
            "ended at 1 of 20 epochs: 1st of 7 there, to go on when the search ended");
  asha->observe(ended(begun(7, 2, 0), 0));
  EXPECT_EQ(asha->why_no_more(ended(begun(0, 1), 0)), "");
  EXPECT_EQ(asha->why_no_more(ended(begun(7, 2, 0), 0)),
            "ended at 2 of 20 epochs: 1st of 1 there, too few for one to go on");
}

TEST(Asha, RanksSeveralObjectivesByFrontsAndConstraintsFirst) {
  expect_promotes_by_fronts(*make_scheduler("asha:reduction=2", setup_of_three(9)), 0.6, 6);
}

TEST(Asha, DoesNotRankATrialThatWasStoppedOnItsWayByWhatItHadReached) {
  const auto asha = make_scheduler("asha", setup_for(9));
  Trial stopped = ended(begun(0, 1), 0.01);
  stopped.state = TrialState::kStopped;
  asha->observe(stopped);
  asha->observe(ended(begun(1, 1), 0.5));
  asha->observe(ended(begun(2, 1), 0.6));
  EXPECT_EQ(asha->next({}, true).continues, 1);
}

}  // namespace
}  // namespace nascent
