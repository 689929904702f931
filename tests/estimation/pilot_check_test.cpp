#include "nascent/estimation/pilot_check.h"

#include <gtest/gtest.h>

#include <functional>

#include "estimation/scheduler_trials.h"

namespace nascent {
namespace {

using testing::begun;
using testing::ended;
using testing::failed;
using testing::setup_for;
using Kind = Assignment::Kind;

std::unique_ptr<Scheduler> checked_asha(int pilots) {
  const SchedulerSetup setup = setup_for(9);
  return with_pilots(make_scheduler("asha", setup), setup, pilots);
}

/// One worker, until `trials` have ended. `loss` of a configuration (its number when it began) at so many epochs.
std::vector<Trial> run(Scheduler& scheduler, int trials, const std::function<double(std::int64_t, double)>& loss) {
  std::vector<Trial> done;
  for (std::int64_t number = 0; number < trials; ++number) {
    const Assignment assignment = scheduler.next({}, true);
    EXPECT_TRUE(assignment.kind == Kind::kStart || assignment.kind == Kind::kContinue);
    const bool goes_on = assignment.kind == Kind::kContinue;
    Trial trial = begun(number, 0.0, goes_on ? std::optional(assignment.continues) : std::nullopt);
    if (goes_on) trial.configuration = assignment.configuration;
    trial.fidelity = assignment.fidelity;
    const double epochs = trial.fidelity.empty() ? 9.0 : trial.fidelity.at("epochs");
    done.push_back(ended(trial, loss(trial.configuration.integer("n"), epochs)));
    scheduler.observe(done.back());
  }
  return done;
}

TEST(PilotCheck, GivesThePilotsLittleAndThenAll) {
  const auto scheduler = checked_asha(2);
  const std::vector<Trial> trials = run(*scheduler, 4, [](std::int64_t n, double) { return static_cast<double>(n); });
  std::vector<Fidelity> fidelities;
  for (const Trial& trial : trials) fidelities.push_back(trial.fidelity);
  EXPECT_EQ(fidelities, (std::vector<Fidelity>{{{"epochs", 1}}, {}, {{"epochs", 1}}, {}}));
  EXPECT_EQ(trials[1].continues, 0);
  EXPECT_EQ(trials[3].continues, 2);
  EXPECT_EQ(scheduler->notice(),
            "1 of 9 epochs ranks candidates as all of it does: 1 of 1 pairs of pilots are in the same order");
}

TEST(PilotCheck, LetsTheSchedulerBeginWhereTheOrderIsTheSame) {
  const auto scheduler = checked_asha(4);
  const std::vector<Trial> trials =
      run(*scheduler, 12, [](std::int64_t n, double epochs) { return static_cast<double>(n) / epochs; });
  for (std::size_t i = 8; i < 11; ++i) EXPECT_EQ(trials[i].fidelity, (Fidelity{{"epochs", 1}})) << i;
  EXPECT_EQ(trials[11].fidelity, (Fidelity{{"epochs", 3}})) << "one of three goes on; the pilots are not among them";
  EXPECT_EQ(trials[11].continues, 8);
}

TEST(PilotCheck, DropsAFidelityThatMisleads) {
  const auto scheduler = checked_asha(4);
  const std::vector<Trial> trials = run(*scheduler, 12, [](std::int64_t n, double epochs) {
    return epochs == 1.0 ? static_cast<double>(n) : -static_cast<double>(n);
  });
  for (std::size_t i = 8; i < 12; ++i) {
    EXPECT_TRUE(trials[i].fidelity.empty()) << i;
    EXPECT_FALSE(trials[i].continues) << i;
  }
  EXPECT_EQ(scheduler->notice(),
            "1 of 9 epochs does not rank candidates as all of it does: 0 of 6 pairs of pilots are in the same order; "
            "each gets all from now on");
}

TEST(PilotCheck, TakesOtherPilotsForThoseThatFailed) {
  const auto scheduler = checked_asha(2);
  scheduler->observe(failed(begun(0, 1)));
  EXPECT_EQ(scheduler->next({}, true).kind, Kind::kStart);
  scheduler->observe(ended(begun(1, 1), 0.1));
  EXPECT_EQ(scheduler->next({}, true).continues, 1);
  scheduler->observe(failed(begun(2, 0, 1)));  // fails with all: worse than any
  scheduler->observe(ended(begun(3, 1), 0.2));
  EXPECT_EQ(scheduler->notice(), "");
  scheduler->observe(ended(begun(4, 0, 3), 0.2));
  EXPECT_NE(scheduler->notice().find("0 of 1 pairs"), std::string::npos) << scheduler->notice();
}

TEST(PilotCheck, TrustsTheSchedulerWhereEveryPilotFails) {
  const auto scheduler = checked_asha(2);
  for (std::int64_t number = 0; number < 6; ++number) {
    EXPECT_EQ(scheduler->next({}, true).fidelity, (Fidelity{{"epochs", 1}}));
    scheduler->observe(failed(begun(number, 1)));
  }
  EXPECT_EQ(scheduler->next({}, true).fidelity, (Fidelity{{"epochs", 1}}));
  EXPECT_EQ(scheduler->notice(), "");
}

TEST(PilotCheck, FinishesItsPilotsWhenNothingNewMayBeStarted) {
  const auto scheduler = checked_asha(4);
  scheduler->observe(ended(begun(0, 1), 0.3));
  scheduler->observe(ended(begun(1, 1), 0.2));
  const std::vector<Trial> running{begun(2, 0, 0)};
  EXPECT_EQ(scheduler->next(running, false).continues, 1);
  const std::vector<Trial> both{begun(2, 0, 0), begun(3, 0, 1)};
  EXPECT_EQ(scheduler->next(both, false).kind, Kind::kWait);
  EXPECT_NE(scheduler->why_no_more(ended(begun(0, 1), 0.3)), "");
  scheduler->observe(ended(running.front(), 0.3));
  scheduler->observe(ended(both.back(), 0.2));
  EXPECT_EQ(scheduler->next({}, false).kind, Kind::kNothing);
  EXPECT_EQ(scheduler->why_no_more(ended(begun(0, 1), 0.3)), "");
}

TEST(PilotCheck, HasNothingToCheckWhereTheSchedulerGivesAllFromTheStart) {
  SchedulerSetup setup = setup_for(9);
  setup.least = 8.0;  // no rung below 9 is left
  const auto scheduler = with_pilots(make_scheduler("halving", setup), setup, 4);
  const std::vector<Trial> trials = run(*scheduler, 6, [](std::int64_t n, double) { return static_cast<double>(n); });
  for (const Trial& trial : trials) EXPECT_TRUE(trial.fidelity.empty() && !trial.continues);
  EXPECT_EQ(scheduler->notice(), "");
}

TEST(PilotCheck, AnInterruptedPilotIsTakenUpAgain) {
  const auto scheduler = checked_asha(2);
  scheduler->observe(ended(begun(0, 1), 0.3));
  Trial cut = begun(1, 0, 0);
  cut.state = TrialState::kFailed;
  cut.reason = kInterrupted;
  scheduler->observe(cut);
  EXPECT_EQ(scheduler->next({}, true).continues, 0);
  cut.number = 2;
  cut.state = TrialState::kStopped;  // with what it had reached
  cut.metrics = {{"loss", 0.2}};
  scheduler->observe(cut);
  EXPECT_EQ(scheduler->next({}, true).continues, 0);
}

}  // namespace
}  // namespace nascent
