#include "tabular/early_stopping.h"

#include <gtest/gtest.h>

namespace nascent::testing {
namespace {

const Task kRegressionTask{.kind = TaskKind::kRegression, .target = "y", .classes = {}};
const Task kBinaryTask{.kind = TaskKind::kBinary, .target = "y", .classes = {"no", "yes"}};

Matrix value(float prediction) { return Matrix(1, 1, prediction); }

/// One row of the second class, predicted with this probability.
Matrix probability(float second) {
  Matrix out(1, 2);
  out(0, 0) = 1.0F - second;
  out(0, 1) = second;
  return out;
}

TEST(EarlyStopping, KeepsTheBestRoundAndGivesUpAfterItsPatience) {
  EarlyStopping stopping(kRegressionTask, "rmse", 2);
  const std::vector<double> truth = {1.0};
  EXPECT_TRUE(stopping.observe(1, truth, value(3.0F)));
  EXPECT_TRUE(stopping.observe(2, truth, value(1.5F)));
  EXPECT_TRUE(stopping.observe(3, truth, value(2.0F)));
  EXPECT_FALSE(stopping.observe(4, truth, value(2.0F)));
  EXPECT_EQ(stopping.best_round(), 2);
  EXPECT_DOUBLE_EQ(stopping.best_score(), 0.5);
}

TEST(EarlyStopping, TakesTheTasksDefaultWhereNoMetricIsNamed) {
  EarlyStopping stopping(kRegressionTask, "", 5);
  EXPECT_TRUE(stopping.observe(1, std::vector<double>{1.0}, value(3.0F)));
  EXPECT_DOUBLE_EQ(stopping.best_score(), 2.0);  // RMSE
}

TEST(EarlyStopping, WatchesTheLogLossForMetricsThatCount) {
  const std::vector<double> truth = {1.0, 0.0};
  Matrix right_but_unsure(2, 2, 0.49F);  // both right, log loss 0.67
  right_but_unsure(0, 1) = 0.51F;
  right_but_unsure(1, 0) = 0.51F;
  Matrix sure_and_nearly_right(2, 2);  // one wrong by a hair, log loss 0.36
  sure_and_nearly_right(0, 1) = 1.0F;
  sure_and_nearly_right(1, 0) = 0.49F;
  sure_and_nearly_right(1, 1) = 0.51F;
  for (const char* metric : {"accuracy", "balanced_accuracy", "f1", "log_loss", ""}) {
    EarlyStopping stopping(kBinaryTask, metric, 3);
    stopping.observe(1, truth, right_but_unsure);
    stopping.observe(2, truth, sure_and_nearly_right);
    EXPECT_EQ(stopping.best_round(), 2) << metric;
  }
}

TEST(EarlyStopping, WatchesTheAreaUnderTheCurveItself) {
  const std::vector<double> truth = {1.0, 0.0};
  Matrix ordered(2, 2, 0.49F);
  ordered(0, 1) = 0.51F;
  ordered(1, 0) = 0.51F;
  Matrix wrong_order(2, 2, 0.5F);
  wrong_order(0, 0) = 0.6F;
  wrong_order(0, 1) = 0.4F;
  EarlyStopping stopping(kBinaryTask, "roc_auc", 3);
  stopping.observe(1, truth, wrong_order);
  stopping.observe(2, truth, ordered);
  EXPECT_EQ(stopping.best_round(), 2);
  EXPECT_DOUBLE_EQ(stopping.best_score(), 1.0);
}

TEST(EarlyStopping, HasNoBestRoundWhereTheMetricIsUndefined) {
  EarlyStopping stopping(kBinaryTask, "roc_auc", 2);
  const std::vector<double> truth = {1.0};  // one class: there is no ROC curve
  EXPECT_TRUE(stopping.observe(1, truth, probability(0.6F)));
  EXPECT_FALSE(stopping.observe(2, truth, probability(0.7F)));
  EXPECT_EQ(stopping.best_round(), 0);
}

}  // namespace
}  // namespace nascent::testing
