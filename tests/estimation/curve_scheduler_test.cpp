#include <gtest/gtest.h>

#include <cmath>

#include "contract/simulated_pool.h"
#include "estimation/scheduler_trials.h"
#include "nascent/core/error.h"
#include "nascent/core/random.h"
#include "nascent/estimation/curve_regret.h"
#include "support/seed.h"

namespace nascent::testing {
namespace {

/// Flat curves: what a configuration shows first is where it ends. The first is the best, the others are far worse.
std::vector<Curve> flat_curves(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<Curve> curves;
  for (std::size_t i = 0; i < count; ++i) {
    const double loss = i == 0 ? 0.1 : random.uniform(0.5, 1.0);
    curves.push_back({.loss_at_first = loss, .loss_at_last = loss});
  }
  return curves;
}

ControlledRegret regret_of(const Scheduler& scheduler) {
  return dynamic_cast<const MeasuresRegret&>(scheduler).controlled_regret();
}

TEST(CurveScheduler, SaysWhyItStopsATrial) {
  const auto scheduler = make_scheduler("curve:control=0,least=5,looks=5", setup_for(20));
  SimulatedPool pool(setup_for(20), flat_curves(60, 1), 1);
  ASSERT_TRUE(pool.run(*scheduler));
  std::size_t stopped = 0;
  for (const Trial& trial : pool.ended()) {
    if (trial.state != TrialState::kStopped) continue;
    ++stopped;
    EXPECT_TRUE(trial.reason.starts_with("stopped at epoch ")) << trial.reason;
    EXPECT_NE(trial.reason.find(" of 20: predicted 0."), std::string::npos) << trial.reason;
    EXPECT_NE(trial.reason.find(" ± "), std::string::npos) << trial.reason;
    EXPECT_NE(trial.reason.find(", best 0.1"), std::string::npos) << trial.reason;
    EXPECT_EQ(scheduler->why_no_more(trial), trial.reason);
  }
  EXPECT_GT(stopped, 0u);
  EXPECT_LT(pool.steps_done(), 60 * 20 / 3);
}

TEST(CurveScheduler, StopsACurveThatHasLostItsNumbers) {
  const auto scheduler = make_scheduler("curve:control=1", setup_for(20));
  Trial trial = begun(0, 0);
  trial.reports = {{1, {{"loss", 0.5}}, 1}, {2, {{"loss", kNotANumber}}, 2}};
  const Decision decision = scheduler->decide(trial);
  EXPECT_EQ(decision.kind, Decision::Kind::kStop);
  EXPECT_EQ(decision.reason, "stopped at epoch 2 of 20: no usable value");
}

TEST(CurveScheduler, GivesTheSameAnswerWhenItIsAskedAgain) {
  const auto scheduler = make_scheduler("curve", setup_for(20));
  SimulatedPool pool(setup_for(20), flat_curves(30, 2), 1);
  ASSERT_TRUE(pool.run(*scheduler));
  for (int i = 0; i < 20; ++i) {
    Trial trial = begun(1000 + i, 0);
    trial.reports = {{1, {{"loss", 0.05 * i}}, 1}};
    const Decision first = scheduler->decide(trial);
    EXPECT_EQ(scheduler->decide(trial).reason, first.reason);
  }
}

/// With n doomed and a share of 0.2, four deviations of a binomial count.
TEST(CurveScheduler, TrainsAShareOfTheDoomedOnAndReportsWhatTheyBecame) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  SchedulerSetup setup = setup_for(9);
  setup.seed = seed;
  constexpr std::size_t kCount = 300;
  const auto scheduler = make_scheduler("curve:control=0.2", setup);
  SimulatedPool pool(setup, flat_curves(kCount, seed), 1);
  ASSERT_TRUE(pool.run(*scheduler));
  const ControlledRegret regret = regret_of(*scheduler);
  const double n = kCount - 1;
  EXPECT_NEAR(static_cast<double>(regret.controls), 0.2 * n, 4 * std::sqrt(0.16 * n) + 5);
  EXPECT_EQ(regret.better, 0u);
  EXPECT_EQ(regret.mean, 0);

  const auto rebuilt = make_scheduler("curve:control=0.2", setup);
  for (const Trial& trial : pool.ended()) rebuilt->observe(trial);
  EXPECT_EQ(regret_of(*rebuilt).controls, regret.controls);

  const auto none = make_scheduler("curve:control=0", setup);
  SimulatedPool without(setup, flat_curves(kCount, seed), 1);
  ASSERT_TRUE(without.run(*none));
  EXPECT_EQ(regret_of(*none).controls, 0u);
  EXPECT_EQ(none->notice(), "");
  EXPECT_LT(without.steps_done(), pool.steps_done());
}

TEST(CurveScheduler, MeasuresByHowMuchAControlWasBetterThanTheBest) {
  // Hopeless for ten steps, then the best of all.
  const auto scheduler = make_scheduler("curve:control=1,looks=1", setup_for(20));
  SimulatedPool pool(setup_for(20), flat_curves(40, 3), 1);
  ASSERT_TRUE(pool.run(*scheduler));
  Trial late = begun(1000, 0);
  for (int step = 1; step <= 20; ++step) late.reports.push_back({step, {{"loss", step < 12 ? 0.99 : 0.06}}, 0});
  Trial on_its_way = late;
  on_its_way.reports.resize(8);
  EXPECT_EQ(scheduler->decide(on_its_way).kind, Decision::Kind::kContinue) << "it is a control";
  scheduler->observe(ended(late, 0.06));
  const ControlledRegret regret = regret_of(*scheduler);
  EXPECT_EQ(regret.better, 1u);
  EXPECT_NEAR(regret.most, 0.04, 1e-9);
  EXPECT_NEAR(regret.mean, 0.04 / static_cast<double>(regret.controls), 1e-9);
  EXPECT_NE(scheduler->notice().find("became better than the best; loss by "), std::string::npos)
      << scheduler->notice();
}

TEST(CurveScheduler, RefusesSeveralObjectives) {
  SchedulerSetup setup = setup_for(9);
  setup.objectives.push_back({"seconds", false});
  EXPECT_THROW(make_scheduler("curve", setup), InputError);
}

}  // namespace
}  // namespace nascent::testing
