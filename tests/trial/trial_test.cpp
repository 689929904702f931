#include "nascent/trial/trial.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nascent {
namespace {

const Objective kLoss{"loss", false};

Trial finished(std::int64_t number, double loss, TrialState state = TrialState::kComplete, Fidelity fidelity = {}) {
  Trial trial;
  trial.number = number;
  trial.state = state;
  trial.fidelity = std::move(fidelity);
  trial.metrics = {{"loss", loss}};
  return trial;
}

std::int64_t best_number(const std::vector<Trial>& trials, const Objective& objective = kLoss) {
  const Trial* best = best_trial(trials, objective);
  return best == nullptr ? -1 : best->number;
}

TEST(Trial, HasNamesForItsStates) {
  EXPECT_EQ(name_of(TrialState::kRunning), "running");
  EXPECT_EQ(name_of(TrialState::kComplete), "complete");
  EXPECT_EQ(name_of(TrialState::kStopped), "stopped");
  EXPECT_EQ(name_of(TrialState::kFailed), "failed");
  EXPECT_FALSE(is_finished(TrialState::kRunning));
  EXPECT_TRUE(is_finished(TrialState::kStopped));
}

TEST(Trial, HasAResultOnlyWhereItIsFinite) {
  EXPECT_EQ(finished(0, 0.5).result("loss"), 0.5);
  EXPECT_EQ(finished(0, 0.5).result("accuracy"), std::nullopt);
  EXPECT_EQ(finished(0, NAN).result("loss"), std::nullopt);
  EXPECT_EQ(finished(0, INFINITY).result("loss"), std::nullopt);
}

TEST(Fidelity, IsOrderedAxisByAxisWithTheWholeOnTop) {
  EXPECT_TRUE(lower_fidelity({{"epochs", 3}}, {{"epochs", 9}}));
  EXPECT_FALSE(lower_fidelity({{"epochs", 9}}, {{"epochs", 3}}));
  EXPECT_FALSE(lower_fidelity({{"epochs", 3}}, {{"epochs", 3}}));
  EXPECT_TRUE(lower_fidelity({{"epochs", 1000}}, {}));
  EXPECT_FALSE(lower_fidelity({}, {{"epochs", 1000}}));
  EXPECT_FALSE(lower_fidelity({}, {}));
  EXPECT_TRUE(lower_fidelity({{"epochs", 3}, {"rows", 500}}, {{"epochs", 3}}));
  EXPECT_TRUE(lower_fidelity({{"epochs", 3}}, {{"rows", 500}})) << "rows is whole in the first, epochs in the second";
}

TEST(BestTrial, FollowsTheDirectionOfTheObjective) {
  const std::vector<Trial> trials{finished(0, 0.5), finished(1, 0.2), finished(2, 0.9), finished(3, 0.2)};
  EXPECT_EQ(best_number(trials), 1) << "the first of two equal results";
  EXPECT_EQ(best_number(trials, {"loss", true}), 2);
}

TEST(BestTrial, ComparesOnlyWithinTheHighestFidelity) {
  const std::vector<Trial> trials{finished(0, 0.1, TrialState::kComplete, {{"epochs", 3}}),
                                  finished(1, 0.4, TrialState::kComplete, {{"epochs", 27}}),
                                  finished(2, 0.3, TrialState::kComplete, {{"epochs", 27}}),
                                  finished(3, 0.2, TrialState::kComplete, {{"epochs", 9}})};
  EXPECT_EQ(best_number(trials), 2);
}

TEST(BestTrial, PrefersACompleteTrialToAStoppedOne) {
  EXPECT_EQ(best_number({finished(0, 0.1, TrialState::kStopped), finished(1, 0.4)}), 1);
  EXPECT_EQ(best_number({finished(0, 0.3, TrialState::kStopped), finished(1, 0.1, TrialState::kStopped)}), 1);
}

TEST(BestTrial, IgnoresTrialsWithoutAResult) {
  EXPECT_EQ(best_number({}), -1);
  EXPECT_EQ(best_number({finished(0, 0.1, TrialState::kRunning), finished(1, 0.1, TrialState::kFailed)}), -1);
  EXPECT_EQ(best_number({finished(0, NAN), finished(1, 0.7)}), 1);
}

}  // namespace
}  // namespace nascent
