#include "search/cost_model.h"

#include <gtest/gtest.h>

namespace nascent {
namespace {

SearchSpace two_models() {
  SearchSpace space;
  space.add_categorical("model", {"quick", "slow"}).add_float("rate", 0.0, 1.0);
  return space;
}

Trial took(const std::string& model, double rate, double seconds, Fidelity fidelity = {}) {
  Trial trial;
  trial.configuration.set("model", ChoiceValue{model, {}});
  trial.configuration.set("rate", rate);
  trial.fidelity = std::move(fidelity);
  trial.cost_seconds = seconds;
  trial.state = TrialState::kComplete;
  return trial;
}

TEST(CostModel, TellsQuickConfigurationsFromSlowOnes) {
  CostModel costs(two_models());
  for (int i = 0; i < 20; ++i) {
    costs.observe(took("quick", 0.05 * i, 1.0));
    costs.observe(took("slow", 0.05 * i, 100.0));
  }
  EXPECT_NEAR(costs.least_seconds(took("quick", 0.5, 0.0)).value(), 1.0, 0.5);
  EXPECT_NEAR(costs.least_seconds(took("slow", 0.5, 0.0)).value(), 100.0, 50.0);
}

TEST(CostModel, SaysNothingOfWhatItHasNotSeenOften) {
  CostModel costs(two_models());
  for (int i = 0; i < 7; ++i) costs.observe(took("quick", 0.1 * i, 1.0));
  EXPECT_FALSE(costs.least_seconds(took("quick", 0.5, 0.0)));
  costs.observe(took("quick", 0.9, 1.0));
  EXPECT_TRUE(costs.least_seconds(took("quick", 0.5, 0.0)));
  EXPECT_FALSE(costs.least_seconds(took("quick", 0.5, 0.0, {{"epochs", 3.0}}))) << "another fidelity";
  Trial further = took("quick", 0.5, 0.0);
  further.continues = 3;
  EXPECT_FALSE(costs.least_seconds(further)) << "only the rest of the work";
}

TEST(CostModel, DoesNotLearnFromWhatWasCutOff) {
  CostModel costs(two_models());
  for (int i = 0; i < 20; ++i) {
    Trial trial = took("slow", 0.05 * i, 0.1);
    trial.state = TrialState::kFailed;
    trial.reason = kTimeWasUp;
    costs.observe(trial);
  }
  EXPECT_FALSE(costs.least_seconds(took("slow", 0.5, 0.0)));
}

}  // namespace
}  // namespace nascent
