#include <gtest/gtest.h>

#include "estimation/scheduler_trials.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

using testing::begun;
using testing::failed;
using testing::kNotANumber;
using Kind = Decision::Kind;

SchedulerSetup five_folds() { return {.objectives = {{"loss", false}}, .axis = "folds", .most = 5}; }

/// A trial whose folds have these losses by themselves. What it reports over all folds so far is `overall`.
Trial validated(std::int64_t number, const std::vector<double>& folds, double overall = 1.0) {
  Trial trial = begun(number, 0);
  for (const double loss : folds)
    trial.reports.push_back({.step = static_cast<std::int64_t>(trial.reports.size()) + 1,
                             .metrics = {{"loss", overall}, {"fold_loss", loss}}});
  return trial;
}

Trial complete(Trial trial, double loss) { return testing::ended(std::move(trial), loss); }

const std::vector<double> kBest{1.0, 2.0, 3.0, 4.0, 5.0};

std::unique_ptr<Scheduler> with_best(const std::string& name = "folds") {
  auto scheduler = make_scheduler(name, five_folds());
  scheduler->observe(complete(validated(0, kBest), 3.0));
  return scheduler;
}

TEST(Folds, StopsWhatIsWorseByTheCorrectedPairedTest) {
  const auto scheduler = with_best();
  EXPECT_EQ(scheduler->decide(validated(1, {9.0})).kind, Kind::kContinue) << "one fold is no test";
  // Differences of 1.0 and 1.2: t = 1.1 / sqrt((1/2 + 1/4) 0.02) = 8.981 with one degree of freedom, whose upper tail
  // is 1/2 - atan(t) / pi = 0.0353. Without the correction it would be 0.0289.
  const Decision stopped = scheduler->decide(validated(1, {2.0, 3.2}));
  EXPECT_EQ(stopped.kind, Kind::kStop);
  EXPECT_EQ(stopped.reason, "stopped at fold 2 of 5: worse than the best by the paired test (p = 0.035)");
  EXPECT_EQ(with_best("folds:level=0.035")->decide(validated(1, {2.0, 3.2})).kind, Kind::kContinue);
  EXPECT_EQ(with_best("folds:least=3")->decide(validated(1, {2.0, 3.2})).kind, Kind::kContinue);
  EXPECT_EQ(with_best("folds:least=3")->decide(validated(1, {2.0, 3.2, 4.1})).kind, Kind::kStop);
}

TEST(Folds, GoesOnWithWhatIsBetterOrVariesTooMuch) {
  const auto scheduler = with_best();
  EXPECT_EQ(scheduler->decide(validated(1, {0.0, 0.8})).kind, Kind::kContinue) << "clearly better";
  EXPECT_EQ(scheduler->decide(validated(2, {2.0, 7.0})).kind, Kind::kContinue) << "worse by 1 and by 5";
  EXPECT_EQ(scheduler->decide(validated(3, {2.0, 3.0})).kind, Kind::kContinue) << "differences that do not vary";
  EXPECT_EQ(scheduler->decide(validated(4, {1.0, 2.0})).kind, Kind::kContinue) << "the same";
}

TEST(Folds, ComparesWithTheBestOfTheCompleteTrials) {
  const auto scheduler = make_scheduler("folds", five_folds());
  const Trial bad = validated(9, {2.0, 3.2});
  const auto asked = [&] { return scheduler->decide(bad).kind; };
  EXPECT_EQ(asked(), Kind::kContinue) << "nothing to compare with";
  Trial stopped = complete(validated(0, {1.0, 2.0}), 0.1);
  stopped.state = TrialState::kStopped;
  scheduler->observe(stopped);
  scheduler->observe(failed(validated(1, kBest)));
  scheduler->observe(complete(validated(2, {3.0, 4.1, 5.0, 6.0, 7.0}), 5.0));
  scheduler->observe(complete(validated(3, kBest), kNotANumber));
  EXPECT_EQ(scheduler->decide(validated(4, {2.0, 3.2})).kind, Kind::kContinue) << "better than all that counts";
  scheduler->observe(complete(validated(5, kBest), 3.0));
  scheduler->observe(complete(validated(6, {3.0, 4.1, 5.0, 6.0, 7.0}), 4.0));
  EXPECT_EQ(scheduler->decide(validated(7, {2.0, 3.2})).kind, Kind::kStop);
}

TEST(Folds, ObeysTheDirectionOfTheMetric) {
  SchedulerSetup setup = five_folds();
  setup.objectives = {{"loss", true}};
  const auto scheduler = make_scheduler("folds", setup);
  scheduler->observe(complete(validated(0, kBest), 3.0));
  EXPECT_EQ(scheduler->decide(validated(1, {2.0, 3.2})).kind, Kind::kContinue);
  EXPECT_EQ(scheduler->decide(validated(2, {0.0, 0.8})).kind, Kind::kStop);
}

TEST(Folds, StopsWhatHasNoNumberAndLeavesOutFoldsThatHaveNone) {
  const auto scheduler = with_best();
  EXPECT_EQ(scheduler->decide(validated(1, {1.0, kNotANumber}, kNotANumber)).reason,
            "stopped at fold 2 of 5: without a usable result");
  EXPECT_EQ(scheduler->decide(validated(2, {2.0, kNotANumber})).kind, Kind::kContinue) << "one pair";
  EXPECT_EQ(scheduler->decide(validated(3, {2.0, kNotANumber, 4.2})).kind, Kind::kStop);
}

TEST(Folds, GoesByTheMetricItselfWhereFoldsAreNotReportedAlone) {
  const auto without_folds = [](Trial trial) {
    for (Report& report : trial.reports) report.metrics = {{"loss", report.metrics.at("fold_loss")}};
    return trial;
  };
  const auto scheduler = make_scheduler("folds", five_folds());
  scheduler->observe(complete(without_folds(validated(0, kBest)), 3.0));
  EXPECT_EQ(scheduler->decide(without_folds(validated(1, {2.0, 3.2}))).kind, Kind::kStop);
}

TEST(Folds, SparesAllAsLongAsNothingKeepsTheConstraints) {
  SchedulerSetup setup = five_folds();
  setup.constraints = {{.metric = "seconds", .bound = 1.0}};
  const auto scheduler = make_scheduler("folds", setup);
  const auto lasting = [](Trial trial, double seconds) {
    trial.metrics["seconds"] = seconds;
    return trial;
  };
  scheduler->observe(lasting(complete(validated(0, kBest), 3.0), 2.0));
  EXPECT_EQ(scheduler->decide(validated(1, {2.0, 3.2})).kind, Kind::kContinue);
  scheduler->observe(lasting(complete(validated(2, {5.0, 6.0, 7.0, 8.0, 9.0}), 7.0), 0.5));
  EXPECT_EQ(scheduler->decide(validated(3, {2.0, 3.2})).kind, Kind::kContinue) << "better than the feasible one";
  EXPECT_EQ(scheduler->decide(validated(4, {6.0, 7.2})).kind, Kind::kStop);
}

TEST(Folds, RefusesWhatItCannotTest) {
  SchedulerSetup two = five_folds();
  two.objectives.push_back({"seconds", false});
  EXPECT_THROW(make_scheduler("folds", two), InputError);
  SchedulerSetup unknown = five_folds();
  unknown.most = 0;
  EXPECT_THROW(make_scheduler("folds", unknown), InputError);
}

}  // namespace
}  // namespace nascent
