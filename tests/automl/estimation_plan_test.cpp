#include "automl/estimation_plan.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"

namespace nascent {
namespace {

FitPlan plan_with(DataKind kind, int rounds, std::size_t rows) {
  FitPlan plan;
  plan.kind = kind;
  plan.split.rounds = rounds;
  for (std::size_t row = 0; row < rows; ++row) plan.split.fold.push_back(static_cast<std::uint8_t>(row % 5));
  return plan;
}

const FitPlan kTable = plan_with(DataKind::kTable, 1, 10000);  // 8,000 of them to train on
const FitPlan kFoldedTable = plan_with(DataKind::kTable, 5, 1000);
const FitPlan kImages = plan_with(DataKind::kImages, 1, 10000);

EstimationPlan plan_of(const FitPlan& plan, const std::string& estimation, const std::string& fidelity = "") {
  FitOptions options;
  options.estimation = estimation;
  options.fidelity = fidelity;
  return plan_estimation(options, plan, plan.kind == DataKind::kTable ? Fidelity{} : Fidelity{{"epochs", 2.0}});
}

std::string message_of(const FitPlan& plan, const std::string& estimation, const std::string& fidelity = "") {
  try {
    plan_of(plan, estimation, fidelity);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(EstimationPlan, GivesCandidatesAllByDefault) {
  EXPECT_TRUE(plan_of(kTable, "auto").candidates_are_final());
  EXPECT_TRUE(plan_of(kImages, "auto").candidates_are_final());
  EXPECT_TRUE(plan_of(kImages, "full").candidates_are_final());
  EXPECT_TRUE(plan_of(kImages, "shared").shares_weights());
  EXPECT_FALSE(plan_of(kImages, "shared").candidates_are_final());
}

TEST(EstimationPlan, GivesImagesShortTrainingsWhereThatIsAskedFor) {
  FitOptions options;
  options.trial_epochs = 2.0;
  EXPECT_EQ(plan_estimation(options, kImages, {{"epochs", 2.0}}).full, (Fidelity{{"epochs", 2.0}}));
}

TEST(EstimationPlan, RefusesShortTrainingsBesideFullOnes) {
  FitOptions options;
  options.estimation = "full";
  options.trial_epochs = 2.0;
  EXPECT_THROW(plan_estimation(options, kImages, {{"epochs", 2.0}}), InputError);
}

TEST(EstimationPlan, SchedulersStartTablesWithAShareOfTheRowsAndEndWithAll) {
  const EstimationPlan plan = plan_of(kTable, "asha:reduction=4");
  EXPECT_EQ(plan.axis, "data");
  EXPECT_DOUBLE_EQ(plan.least, 500.0 / 8000.0);
  EXPECT_DOUBLE_EQ(plan.most, 1.0);
  EXPECT_TRUE(plan.full.empty());
  EXPECT_LT(plan_of(kFoldedTable, "asha").least, 0.4) << "a small table, too, can be begun with less";
}

TEST(EstimationPlan, SchedulersStartImagesWithFewerEpochsAndEndWithMore) {
  const EstimationPlan plan = plan_of(kImages, "hyperband");
  EXPECT_EQ(plan.axis, "epochs");
  EXPECT_LT(plan.least, 2.0);
  EXPECT_GT(plan.most, 2.0);
  EXPECT_EQ(plan.full, (Fidelity{{"epochs", plan.most}}));
  EXPECT_DOUBLE_EQ(plan.usual_epochs, 2.0);
}

TEST(EstimationPlan, TakesARangeAndKeepsTheOtherAxis) {
  const EstimationPlan epochs = plan_of(kImages, "asha", "epochs=0.5:6");
  EXPECT_DOUBLE_EQ(epochs.least, 0.5);
  EXPECT_EQ(epochs.full, (Fidelity{{"epochs", 6.0}}));
  const EstimationPlan data = plan_of(kImages, "asha", "data=0.1:1");
  EXPECT_EQ(data.axis, "data");
  EXPECT_EQ(data.full, (Fidelity{{"epochs", 2.0}}));
  EXPECT_EQ(plan_of(kImages, "asha", "resolution=0.5:1").full, (Fidelity{{"epochs", 2.0}}));
  EXPECT_EQ(plan_of(kTable, "asha", "trees=50:1000").full, (Fidelity{{"trees", 1000.0}}));
  EXPECT_EQ(plan_of(kImages, "asha", "data=0.1:0.5").full, (Fidelity{{"data", 0.5}, {"epochs", 2.0}}));
}

TEST(EstimationPlan, TakesTheRangeOfTheSpacesFileUnlessOneIsGiven) {
  FitPlan plan = kImages;
  plan.network.emplace();
  plan.network->fidelity = "resolution=0.5:1";
  EXPECT_EQ(plan_of(plan, "asha").axis, "resolution");
  EXPECT_EQ(plan_of(plan, "asha", "epochs=1:3").axis, "epochs");
  EXPECT_TRUE(plan_of(plan, "auto").candidates_are_final()) << "a range is for schedulers";
}

TEST(EstimationPlan, StoppingSchedulersGoByTheFoldsOfATable) {
  const EstimationPlan plan = plan_of(kFoldedTable, "median");
  EXPECT_EQ(plan.axis, "folds");
  EXPECT_DOUBLE_EQ(plan.most, 5.0);
  EXPECT_TRUE(plan.candidates_are_final());
}

TEST(EstimationPlan, SurvivesJson) {
  const EstimationPlan plan = plan_of(kImages, "asha:reduction=2", "epochs=0.5:6");
  EXPECT_EQ(EstimationPlan::from_json(plan.to_json()).to_json(), plan.to_json());
}

TEST(EstimationPlan, SaysWhatCannotBe) {
  EXPECT_NE(message_of(kTable, "ascha").find("asha"), std::string::npos);
  EXPECT_NE(message_of(kTable, "asha", "epochs=1:3").find("here are data, trees"), std::string::npos);
  EXPECT_NE(message_of(kTable, "asha", "data=0.5").find("write its least and its most"), std::string::npos);
  EXPECT_NE(message_of(kTable, "asha", "data=0.5:0.1").find("not a range"), std::string::npos);
  EXPECT_NE(message_of(kTable, "asha", "data=0.5:two").find("not a range"), std::string::npos);
  EXPECT_NE(message_of(kImages, "asha", "data=0.5:2").find("at most 1"), std::string::npos);
  EXPECT_NE(message_of(kImages, "full", "epochs=1:3").find("name one: --estimation asha"), std::string::npos);
  EXPECT_NE(message_of(kTable, "shared").find("for images"), std::string::npos);
  EXPECT_NE(message_of(kTable, "median").find("holdout"), std::string::npos);
  EXPECT_NE(message_of(kFoldedTable, "median", "data=0.1:1").find("needs no --fidelity"), std::string::npos);
}

}  // namespace
}  // namespace nascent
