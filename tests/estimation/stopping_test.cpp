#include <gtest/gtest.h>

#include "estimation/scheduler_trials.h"

namespace nascent {
namespace {

using testing::begun;
using testing::kNotANumber;
using testing::setup_for;
using testing::setup_of_three;
using Kind = Decision::Kind;

/// A trial of the full evaluation that has reported these losses, at steps 1, 2 ...
Trial reporting(std::int64_t number, const std::vector<double>& losses) {
  Trial trial = begun(number, 0);
  for (const double loss : losses)
    trial.reports.push_back({.step = static_cast<std::int64_t>(trial.reports.size()) + 1, .metrics = {{"loss", loss}}});
  return trial;
}

Trial ended(Trial trial) {
  trial.state = TrialState::kComplete;
  trial.metrics = trial.reports.back().metrics;
  return trial;
}

TEST(AshaStop, StopsAtARungWhatIsNotAmongTheBestThirdThere) {
  const auto scheduler = make_scheduler("asha-stop:least=2", setup_for(20));
  for (std::int64_t number = 0; number < 6; ++number)
    EXPECT_EQ(scheduler->decide(reporting(number, {9, 6.0 - static_cast<double>(number)})).kind, Kind::kContinue)
        << "the best of those before it";
  EXPECT_EQ(scheduler->decide(reporting(6, {1})).kind, Kind::kContinue) << "before the first rung";
  const Decision stopped = scheduler->decide(reporting(6, {1, 3.5}));
  EXPECT_EQ(stopped.kind, Kind::kStop);
  EXPECT_EQ(stopped.reason, "stopped at epoch 2 of 20: 4th of 7 there, the best 2 go on");
  EXPECT_EQ(scheduler->decide(reporting(7, {9, 1.5})).kind, Kind::kContinue) << "2nd of 8";
  EXPECT_EQ(scheduler->decide(reporting(6, {1, 3.5})).reason, stopped.reason) << "the same when it is asked again";
  EXPECT_EQ(scheduler->decide(reporting(7, {9, 1.5, 100, 100, 100})).kind, Kind::kContinue) << "between rungs 2 and 6";
}

TEST(AshaStop, LearnsTheSameFromARecordAsOnTheWay) {
  const auto on_the_way = make_scheduler("asha-stop", setup_for(9));
  const auto rebuilt = make_scheduler("asha-stop", setup_for(9));
  for (std::int64_t number = 0; number < 6; ++number) {
    const Trial trial = reporting(number, {6.0 - static_cast<double>(number), 5, 4});
    for (std::size_t reports = 1; reports <= 3; ++reports) {
      Trial until = trial;
      until.reports.resize(reports);
      on_the_way->decide(until);
    }
    on_the_way->observe(ended(trial));
    rebuilt->observe(ended(trial));
  }
  const Decision decision = rebuilt->decide(reporting(6, {3.5}));
  EXPECT_EQ(decision.reason, "stopped at epoch 1 of 9: 4th of 7 there, the best 2 go on");
  EXPECT_EQ(on_the_way->decide(reporting(6, {3.5})).reason, decision.reason);
}

TEST(AshaStop, StopsWhatHasNoNumberAtARungAndCountsATrialThatIsTriedAgainOnce) {
  const auto scheduler = make_scheduler("asha-stop", setup_for(9));
  EXPECT_EQ(scheduler->decide(reporting(0, {kNotANumber})).reason, "stopped at epoch 1 of 9: without a usable result");
  scheduler->decide(reporting(1, {0.5}));
  Trial again = reporting(2, {0.5});
  again.retry_of = 1;
  EXPECT_EQ(scheduler->decide(again).kind, Kind::kContinue);
  EXPECT_EQ(scheduler->decide(reporting(3, {0.7})).reason,
            "stopped at epoch 1 of 9: 2nd of 3 there, the best one goes on");
}

TEST(MedianStopping, ComparesTheBestSoFarWithTheMeansOfTheOthers) {
  const auto scheduler = make_scheduler("median:startup=3", setup_for(9));
  scheduler->observe(ended(reporting(0, {8, 2})));  // mean until 2: 5
  scheduler->observe(ended(reporting(1, {8, 4})));  // 6
  EXPECT_EQ(scheduler->decide(reporting(9, {99, 99})).kind, Kind::kContinue) << "two are too few";
  scheduler->observe(ended(reporting(2, {8, 6})));  // 7
  EXPECT_EQ(scheduler->decide(reporting(3, {6, 20})).kind, Kind::kContinue) << "the median itself, at its best";
  const Decision stopped = scheduler->decide(reporting(4, {6.5, 20}));
  EXPECT_EQ(stopped.kind, Kind::kStop);
  EXPECT_EQ(stopped.reason,
            "stopped at epoch 2 of 9: its best so far is worse than the mean until there of 2 of 3 others");
  EXPECT_EQ(scheduler->decide(reporting(5, {6.5, 20, 30})).kind, Kind::kContinue) << "no other has come so far";
}

TEST(MedianStopping, SparesTheWarmUpAndLooksAtIntervals) {
  const auto scheduler = make_scheduler("median:startup=1,warmup=2,interval=2", setup_for(9));
  scheduler->observe(ended(reporting(0, {1, 1, 1, 1, 1})));
  std::vector<double> losses;
  for (const bool stops : {false, true, false, true, false}) {
    losses.push_back(5);
    EXPECT_EQ(scheduler->decide(reporting(1, losses)).kind == Kind::kStop, stops) << losses.size();
  }
}

TEST(MedianStopping, StopsWhatHasNoNumber) {
  const auto scheduler = make_scheduler("median", setup_for(9));
  EXPECT_EQ(scheduler->decide(reporting(0, {1, kNotANumber})).reason,
            "stopped at epoch 2 of 9: without a usable result");
}

Trial reporting_three(std::int64_t number, double loss, double size, double latency) {
  Trial trial = reporting(number, {loss});
  trial.reports.back().metrics["size"] = size;
  trial.reports.back().metrics["latency"] = latency;
  return trial;
}

TEST(AshaStop, DoesNotJudgeATrialAgainBetweenRungs) {
  const auto scheduler = make_scheduler("asha-stop", setup_for(9));
  EXPECT_EQ(scheduler->decide(reporting(0, {5})).kind, Kind::kContinue);
  for (std::int64_t number = 1; number < 4; ++number)
    scheduler->decide(reporting(number, {static_cast<double>(number)}));
  EXPECT_EQ(scheduler->decide(reporting(0, {5, 5})).kind, Kind::kContinue) << "the next rung is at 3";
}

TEST(AshaStop, RanksSeveralObjectivesByFrontsAndConstraintsFirst) {
  const auto scheduler = make_scheduler("asha-stop:reduction=2", setup_of_three(9));
  EXPECT_EQ(scheduler->decide(reporting_three(0, 0.5, 5, 5)).kind, Kind::kContinue);
  EXPECT_EQ(scheduler->decide(reporting_three(1, 0.1, 1, 20)).kind, Kind::kStop) << "too slow";
  EXPECT_EQ(scheduler->decide(reporting_three(2, 0.4, 4, 5)).kind, Kind::kContinue) << "dominates 0";
  EXPECT_EQ(scheduler->decide(reporting_three(3, 0.6, 1, 5)).kind, Kind::kContinue)
      << "the largest loss, the least size";
}

TEST(MedianStopping, GoesOnWhereExactlyHalfOfTheOthersAreBetter) {
  const auto scheduler = make_scheduler("median:startup=2", setup_for(9));
  scheduler->observe(ended(reporting(0, {4})));
  scheduler->observe(ended(reporting(1, {8})));
  EXPECT_EQ(scheduler->decide(reporting(2, {6})).kind, Kind::kContinue);
  EXPECT_EQ(scheduler->decide(reporting(3, {9})).kind, Kind::kStop);
}

TEST(MedianStopping, RanksSeveralObjectivesByFrontsAndConstraintsFirst) {
  const auto scheduler = make_scheduler("median:startup=2", setup_of_three(9));
  scheduler->observe(ended(reporting_three(0, 0.5, 5, 5)));
  scheduler->observe(ended(reporting_three(1, 0.6, 6, 5)));
  EXPECT_EQ(scheduler->decide(reporting_three(2, 0.1, 1, 20)).kind, Kind::kStop) << "too slow";
  EXPECT_EQ(scheduler->decide(reporting_three(3, 0.9, 1, 5)).kind, Kind::kContinue) << "neither dominates it";
  EXPECT_EQ(scheduler->decide(reporting_three(4, 0.9, 9, 5)).kind, Kind::kStop);
}

}  // namespace
}  // namespace nascent
