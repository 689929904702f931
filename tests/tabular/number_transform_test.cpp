#include "tabular/number_transform.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nascent::testing {
namespace {

using Numbers = Preprocessing::Numbers;

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinite = std::numeric_limits<float>::infinity();
const std::vector<std::uint32_t> kFive = {0, 1, 2, 3, 4};

Matrix applied(const NumberTransform& transform, const std::vector<float>& column,
               const std::vector<std::uint32_t>& rows) {
  Matrix out(rows.size(), transform.columns());
  transform.apply(column, rows, out, 0);
  return out;
}

TEST(NumberTransform, KeepsNumbersAsTheyAreForTreesAndInfinityIsMissing) {
  const std::vector<float> column = {1.0F, kMissing, 3.5F, kInfinite, -2.0F};
  const NumberTransform transform = NumberTransform::fit(column, kFive, Numbers::kKeep);
  ASSERT_EQ(transform.columns(), 1U);
  const Matrix out = applied(transform, column, kFive);
  EXPECT_EQ(out(0, 0), 1.0F);
  EXPECT_TRUE(std::isnan(out(1, 0)));
  EXPECT_EQ(out(2, 0), 3.5F);
  EXPECT_TRUE(std::isnan(out(3, 0)));
}

TEST(NumberTransform, StandardizesToZeroMeanAndUnitVariance) {
  const std::vector<float> column = {10.0F, 20.0F, 30.0F, 40.0F, 50.0F};
  const NumberTransform transform = NumberTransform::fit(column, kFive, Numbers::kStandard);
  const Matrix out = applied(transform, column, kFive);
  double sum = 0.0;
  double squares = 0.0;
  for (const float value : out.values) {
    sum += value;
    squares += value * value;
  }
  // Sums of five floats of order one.
  EXPECT_NEAR(sum, 0.0, 1e-6);
  EXPECT_NEAR(squares / 5.0, 1.0, 1e-6);
}

TEST(NumberTransform, FillsMissingCellsWithTheMedianAndSaysSoInAColumn) {
  const std::vector<float> column = {1.0F, kMissing, 2.0F, 9.0F, kMissing};
  const NumberTransform transform = NumberTransform::fit(column, kFive, Numbers::kStandard);
  ASSERT_EQ(transform.columns(), 2U);
  const Matrix out = applied(transform, column, kFive);
  EXPECT_EQ(out(1, 0), out(2, 0));  // the median is 2
  EXPECT_EQ(out(1, 1), 1.0F);
  EXPECT_EQ(out(2, 1), 0.0F);
}

TEST(NumberTransform, FillsCellsThatAreMissingOnlyInPredictionWithoutAColumn) {
  const std::vector<float> column = {1.0F, 2.0F, 3.0F, kMissing, 5.0F};
  const NumberTransform transform = NumberTransform::fit(column, std::vector<std::uint32_t>{0, 1, 2}, Numbers::kRobust);
  EXPECT_EQ(transform.columns(), 1U);
  EXPECT_EQ(applied(transform, column, {3})(0, 0), 0.0F);
}

TEST(NumberTransform, ClipsOutliersSmoothly) {
  const std::vector<float> column = {1.0F, 2.0F, 3.0F, 4.0F, 1e6F};
  const NumberTransform transform = NumberTransform::fit(column, kFive, Numbers::kRobust);
  const Matrix out = applied(transform, column, kFive);
  EXPECT_EQ(out(2, 0), 0.0F);  // the median
  // The quartile range is 2, so the median plus one is half: 0.5 / sqrt(1 + (0.5 / 3)^2).
  EXPECT_NEAR(out(3, 0), 0.5 / std::sqrt(1.0 + 0.25 / 9.0), 1e-6);
  EXPECT_LE(out(4, 0), 3.0F);
}

TEST(NumberTransform, GivesNoColumnWhereNothingVaries) {
  const std::vector<float> constant(5, 7.0F);
  EXPECT_EQ(NumberTransform::fit(constant, kFive, Numbers::kStandard).columns(), 0U);
  const std::vector<float> missing(5, kMissing);
  EXPECT_EQ(NumberTransform::fit(missing, kFive, Numbers::kRobust).columns(), 0U);
}

TEST(NumberTransform, GivesOnlyTheIndicatorWhereNothingElseVaries) {
  const std::vector<float> column = {7.0F, kMissing, 7.0F, 7.0F, kMissing};
  const NumberTransform transform = NumberTransform::fit(column, kFive, Numbers::kStandard);
  ASSERT_EQ(transform.columns(), 1U);
  EXPECT_EQ(applied(transform, column, kFive).values, (std::vector<float>{0.0F, 1.0F, 0.0F, 0.0F, 1.0F}));
}

TEST(NumberTransform, LearnsFromTheRowsGivenAndNoOthers) {
  std::vector<float> column = {1.0F, 2.0F, 3.0F, 1000.0F, -1000.0F};
  const std::vector<std::uint32_t> training = {0, 1, 2};
  const Json before = NumberTransform::fit(column, training, Numbers::kStandard).to_json();
  column[3] = kMissing;
  column[4] = 5.0F;
  EXPECT_EQ(NumberTransform::fit(column, training, Numbers::kStandard).to_json(), before);
}

TEST(NumberTransform, StaysFiniteFarOutsideOfTraining) {
  const std::vector<float> column = {0.0F, 1e-30F, 2e-30F, 3e38F, -3e38F};
  const NumberTransform transform =
      NumberTransform::fit(column, std::vector<std::uint32_t>{0, 1, 2}, Numbers::kStandard);
  for (const float value : applied(transform, column, kFive).values) EXPECT_TRUE(std::isfinite(value));
}

TEST(NumberTransform, SurvivesSavingAndLoading) {
  const std::vector<float> column = {1.5F, kMissing, 2.25F, 9.0F, -3.0F};
  for (const Numbers how : {Numbers::kKeep, Numbers::kStandard, Numbers::kRobust}) {
    const NumberTransform transform = NumberTransform::fit(column, kFive, how);
    const NumberTransform loaded = NumberTransform::from_json(Json::parse(transform.to_json().dump()));
    const Matrix before = applied(transform, column, {0, 2, 3, 4});
    EXPECT_EQ(applied(loaded, column, {0, 2, 3, 4}).values, before.values);
  }
}

}  // namespace
}  // namespace nascent::testing
