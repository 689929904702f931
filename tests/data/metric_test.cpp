#include "nascent/data/metric.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nascent/core/error.h"
#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent {
namespace {

using ::testing::HasSubstr;

// Probabilities are stored as floats (relative error 6e-8), so values worked out by hand hold to about 1e-6.
constexpr double kTolerance = 1e-6;

const Task kTwoClasses{.kind = TaskKind::kBinary, .target = "y", .classes = {"no", "yes"}};
const Task kThreeClasses{.kind = TaskKind::kMulticlass, .target = "y", .classes = {"a", "b", "c"}};
const Task kNumber{.kind = TaskKind::kRegression, .target = "y", .classes = {}};

Matrix matrix(std::size_t columns, std::vector<float> values) {
  Matrix result;
  result.rows = values.size() / columns;
  result.columns = columns;
  result.values = std::move(values);
  return result;
}

/// Probabilities of two classes from that of the second.
Matrix positive(const std::vector<float>& probabilities) {
  std::vector<float> both;
  for (const float p : probabilities) both.insert(both.end(), {1.0F - p, p});
  return matrix(2, both);
}

double measure(const std::string& name, const Task& task, const std::vector<double>& truth, const Matrix& predictions) {
  return score(metric_named(name, task.kind), task, truth, predictions);
}

TEST(Metric, TheDefaultIsAccuracyForClassesAndRmseForNumbers) {
  EXPECT_EQ(metrics_for(TaskKind::kBinary).front().name, "accuracy");
  EXPECT_EQ(metrics_for(TaskKind::kMulticlass).front().name, "accuracy");
  EXPECT_EQ(metrics_for(TaskKind::kRegression).front().name, "rmse");
  EXPECT_FALSE(metric_named("log_loss", TaskKind::kBinary).maximize);
  EXPECT_TRUE(metric_named("r2", TaskKind::kRegression).maximize);
}

TEST(Metric, AnUnknownNameIsAnErrorThatListsWhatFits) {
  try {
    metric_named("acuracy", TaskKind::kBinary);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean \"accuracy\"?"));
    EXPECT_THAT(error.what(), HasSubstr("log_loss"));
  }
  try {
    metric_named("rmse", TaskKind::kMulticlass);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("rmse does not fit"));
    EXPECT_THAT(error.what(), HasSubstr("accuracy, balanced_accuracy, log_loss, roc_auc or f1"));
  }
}

TEST(Metric, AccuracyCountsTheMostProbableClass) {
  const Matrix predictions = positive({0.9F, 0.4F, 0.6F, 0.2F});
  EXPECT_DOUBLE_EQ(measure("accuracy", kTwoClasses, {1, 0, 0, 1}, predictions), 0.5);
}

TEST(Metric, BalancedAccuracyIsTheMeanRecallOfTheClassesThatOccur) {
  // "a": 3 of 4 right, "b": 0 of 1; "c" does not occur.
  const Matrix predictions = matrix(3, {.8F, .1F, .1F, .8F, .1F, .1F, .8F, .1F, .1F, .1F, .1F, .8F, .8F, .1F, .1F});
  EXPECT_DOUBLE_EQ(measure("balanced_accuracy", kThreeClasses, {0, 0, 0, 0, 1}, predictions), 0.375);
}

TEST(Metric, LogLossIsTheMeanNegativeLogarithmOfTheTrueClass) {
  const double expected = -(std::log(0.9) + std::log(0.6) + std::log(0.5)) / 3.0;
  EXPECT_NEAR(measure("log_loss", kTwoClasses, {1, 0, 1}, positive({0.9F, 0.4F, 0.5F})), expected, kTolerance);
}

TEST(Metric, LogLossOfACertainMistakeIsFinite) {
  EXPECT_NEAR(measure("log_loss", kTwoClasses, {1}, positive({0.0F})), -std::log(1e-15), kTolerance);
}

TEST(Metric, RocAucCountsOrderedPairsAndTiesAsHalf) {
  // Positives 0.8, 0.5; negatives 0.5, 0.3: three pairs in order, one tie -> 3.5 of 4.
  EXPECT_DOUBLE_EQ(measure("roc_auc", kTwoClasses, {1, 1, 0, 0}, positive({0.8F, 0.5F, 0.5F, 0.3F})), 0.875);
  EXPECT_DOUBLE_EQ(measure("roc_auc", kTwoClasses, {1, 0, 1, 0}, positive({0.5F, 0.5F, 0.5F, 0.5F})), 0.5);
}

TEST(Metric, RocAucOfSeveralClassesIsOneAgainstTheRestAveraged) {
  // a: scores .6 .2 | .3 .1 -> pairs (.6>.3, .6>.1, .2<.3, .2>.1) 3/4; b: .5 against .1 .6 .2 -> 2/3; c: .7 is the
  // highest.
  const Matrix predictions = matrix(3, {.6F, .1F, .3F, .2F, .6F, .2F, .3F, .5F, .2F, .1F, .2F, .7F});
  EXPECT_NEAR(measure("roc_auc", kThreeClasses, {0, 0, 1, 2}, predictions), (0.75 + 2.0 / 3.0 + 1.0) / 3.0, kTolerance);
}

TEST(Metric, RocAucAgreesWithCountingAllPairs) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  std::vector<double> truth;
  std::vector<float> scores;
  for (int i = 0; i < 300; ++i) {
    truth.push_back(i < 2 ? i : static_cast<double>(random.below(2)));
    scores.push_back(static_cast<float>(random.below(40)) / 40.0F);  // with many ties
  }
  double ordered = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    for (std::size_t j = 0; j < truth.size(); ++j) {
      if (truth[i] != 1.0 || truth[j] != 0.0) continue;
      pairs += 1.0;
      ordered += scores[i] > scores[j] ? 1.0 : scores[i] == scores[j] ? 0.5 : 0.0;
    }
  }
  EXPECT_NEAR(measure("roc_auc", kTwoClasses, truth, positive(scores)), ordered / pairs, 1e-12);
}

TEST(Metric, F1OfTwoClassesIsThatOfTheSecond) {
  // One true positive, one false positive, two false negatives: 2 / (2 + 1 + 2).
  EXPECT_DOUBLE_EQ(measure("f1", kTwoClasses, {1, 0, 1, 1, 0}, positive({.9F, .9F, .1F, .1F, .1F})), 0.4);
  EXPECT_DOUBLE_EQ(measure("f1", kTwoClasses, {1, 0}, positive({.1F, .1F})), 0.0);
  EXPECT_TRUE(std::isnan(measure("f1", kTwoClasses, {0, 0}, positive({.1F, .1F}))));
}

TEST(Metric, F1OfSeveralClassesIsTheMeanOverThoseThatOccur) {
  // a: 1 right of 2, predicted once -> 2/3; b: 1 of 1, predicted twice -> 2/3; c does not occur.
  const Matrix predictions = matrix(3, {.8F, .1F, .1F, .1F, .8F, .1F, .1F, .8F, .1F});
  EXPECT_NEAR(measure("f1", kThreeClasses, {0, 0, 1}, predictions), 2.0 / 3.0, kTolerance);
}

TEST(Metric, RowsOfAnUnseenClassAreWrongButLeaveProbabilitiesAlone) {
  const std::vector<double> truth{1, 0, -1};
  const Matrix predictions = positive({0.8F, 0.4F, 0.9F});
  EXPECT_NEAR(measure("accuracy", kTwoClasses, truth, predictions), 2.0 / 3.0, kTolerance);
  EXPECT_NEAR(measure("balanced_accuracy", kTwoClasses, truth, predictions), 2.0 / 3.0, kTolerance);
  EXPECT_NEAR(measure("log_loss", kTwoClasses, truth, predictions), -(std::log(0.8) + std::log(0.6)) / 2.0, kTolerance);
  EXPECT_DOUBLE_EQ(measure("roc_auc", kTwoClasses, truth, predictions), 1.0);
  // One true positive and, for the unseen row, one false positive.
  EXPECT_NEAR(measure("f1", kTwoClasses, truth, predictions), 2.0 / 3.0, kTolerance);
  EXPECT_TRUE(std::isnan(measure("log_loss", kTwoClasses, {-1}, positive({0.5F}))));
}

TEST(Metric, ErrorsOfNumbersAreAsWorkedOutByHand) {
  const std::vector<double> truth{1, 2, 3, 6};
  const Matrix predictions = matrix(1, {1, 3, 5, 5});  // errors 0, 1, 2, 1
  EXPECT_NEAR(measure("rmse", kNumber, truth, predictions), std::sqrt(1.5), kTolerance);
  EXPECT_NEAR(measure("mae", kNumber, truth, predictions), 1.0, kTolerance);
  EXPECT_NEAR(measure("r2", kNumber, truth, predictions), 1.0 - 6.0 / 14.0,
              kTolerance);  // spread around the mean 3: 14
}

TEST(Metric, ANegativeNumberIsATruthLikeAnyOther) {
  EXPECT_DOUBLE_EQ(measure("mae", kNumber, {-1, -2}, matrix(1, {0, 0})), 1.5);
}

TEST(Metric, IsNanWhereItIsUndefined) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(measure("roc_auc", kTwoClasses, {1, 1}, positive({0.2F, 0.3F}))));
  EXPECT_TRUE(std::isnan(measure("accuracy", kTwoClasses, {}, Matrix(0, 2))));
  EXPECT_TRUE(std::isnan(measure("accuracy", kTwoClasses, {1, 0}, positive({nan, 0.3F}))));
  EXPECT_TRUE(std::isnan(measure("rmse", kNumber, {1, 0}, matrix(1, {nan, 0.3F}))));
  EXPECT_TRUE(std::isnan(measure("r2", kNumber, {0.1, 0.1, 0.1}, matrix(1, {0, 0, 0}))));
}

TEST(Metric, PredictionsOfAnotherShapeAreAnInternalError) {
  EXPECT_THROW(measure("accuracy", kTwoClasses, {1, 0}, positive({0.1F})), InternalError);
  EXPECT_THROW(measure("accuracy", kThreeClasses, {1}, positive({0.1F})), InternalError);
}

}  // namespace
}  // namespace nascent
