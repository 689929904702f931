#include "tabular/category_transform.h"

#include <gtest/gtest.h>

#include "nascent/data/table.h"

namespace nascent::testing {
namespace {

using Categories = Preprocessing::Categories;

// Categories 0 ... 3: 0 three times, 1 twice, 2 once, 3 never; two cells are missing.
const std::vector<std::int32_t> kColumn = {0, 1, 0, 2, kMissingCode, 1, 0, kMissingCode};
const std::vector<std::uint32_t> kRows = {0, 1, 2, 3, 4, 5, 6, 7};
constexpr std::size_t kCategories = 4;

const Task kBinaryTask{.kind = TaskKind::kBinary, .target = "y", .classes = {"no", "yes"}};
const Task kRegressionTask{.kind = TaskKind::kRegression, .target = "y", .classes = {}};

CategoryTransform fitted(Categories how, int rare_rows) {
  return CategoryTransform::fit(kColumn, kRows, kCategories, {.categories = how, .rare_rows = rare_rows});
}

std::vector<std::int32_t> codes(const CategoryTransform& transform, const std::vector<std::int32_t>& column,
                                const std::vector<std::uint32_t>& rows) {
  std::vector<std::int32_t> out(rows.size());
  transform.apply_codes(column, rows, out.data(), 1);
  return out;
}

TEST(CategoryTransform, NumbersTheKnownCategoriesFromOneAndAllOthersAreZero) {
  const CategoryTransform transform = fitted(Categories::kCodes, 1);
  EXPECT_EQ(transform.cardinality(), 4);  // three known ones, and the zero
  EXPECT_EQ(codes(transform, kColumn, kRows), (std::vector<std::int32_t>{1, 2, 1, 3, 0, 2, 1, 0}));
  const std::vector<std::int32_t> new_rows = {3, kUnknownCode, 99, 0};
  EXPECT_EQ(codes(transform, new_rows, {0, 1, 2, 3}), (std::vector<std::int32_t>{0, 0, 0, 1}));
}

TEST(CategoryTransform, TakesRareCategoriesForUnknown) {
  const CategoryTransform transform = fitted(Categories::kCodes, 2);
  EXPECT_EQ(codes(transform, kColumn, kRows), (std::vector<std::int32_t>{1, 2, 1, 0, 0, 2, 1, 0}));
}

TEST(CategoryTransform, GivesEachCategoryWithEnoughRowsAColumnAndSoTheMissingCells) {
  const CategoryTransform transform = fitted(Categories::kOneHot, 2);
  EXPECT_EQ(transform.cardinality(), 0);
  ASSERT_EQ(transform.number_columns(kBinaryTask), 3U);  // 0, 1 and missing
  Matrix out(kRows.size(), 3);
  transform.apply_numbers(kColumn, kRows, out, 0);
  EXPECT_EQ(out.values, (std::vector<float>{1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1}));
}

TEST(CategoryTransform, UsesColumnsForUpToNineCategoriesAndCodesBeyondWhenAskedForSmallOnes) {
  std::vector<std::int32_t> column;
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < 20; ++i) {
    column.push_back(static_cast<std::int32_t>(i / 2));
    rows.push_back(i);
  }
  const Preprocessing how{.categories = Categories::kOneHotSmall, .rare_rows = 2};
  const std::vector<std::uint32_t> nine(rows.begin(), rows.begin() + 18);
  EXPECT_EQ(CategoryTransform::fit(column, nine, 10, how).number_columns(kBinaryTask), 9U);
  EXPECT_EQ(CategoryTransform::fit(column, rows, 10, how).number_columns(kBinaryTask), 0U);
  EXPECT_EQ(CategoryTransform::fit(column, rows, 10, how).cardinality(), 11);
}

TEST(CategoryTransform, KeepsTheMostFrequentOfTooManyCategories) {
  std::vector<std::int32_t> column;
  std::vector<std::uint32_t> rows;
  for (std::int32_t code = 0; code < 1'000; ++code) {
    for (int i = 0; i < (code < 10 ? 1 : 2); ++i) {
      rows.push_back(static_cast<std::uint32_t>(column.size()));
      column.push_back(code);
    }
  }
  const CategoryTransform transform =
      CategoryTransform::fit(column, rows, 1'000, {.categories = Categories::kOneHot, .rare_rows = 1});
  EXPECT_EQ(transform.number_columns(kBinaryTask), 256U);
  Matrix out(1, 256);
  transform.apply_numbers(column, std::vector<std::uint32_t>{0}, out, 0);  // a rarer one has no column
  EXPECT_EQ(out.values, std::vector<float>(256, 0.0F));
}

TEST(CategoryTransform, SmoothsTheMeanOfTheTargetTowardsTheOverallMean) {
  CategoryTransform transform = fitted(Categories::kTarget, 1);
  const std::vector<double> target = {1, 0, 1, 0, 0, 0, 1, 1};
  const std::vector<std::uint8_t> fold(kRows.size(), 0);
  Matrix out(kRows.size(), 1);
  transform.fit_statistics(kColumn, kRows, target, kBinaryTask, fold, out, 0);
  transform.apply_numbers(kColumn, kRows, out, 0);
  // The overall mean is a half and counts for ten rows: category 0 has three rows of one, category 1 two of zero.
  EXPECT_FLOAT_EQ(out(0, 0), (3.0F + 5.0F) / 13.0F);
  EXPECT_FLOAT_EQ(out(1, 0), 5.0F / 12.0F);
  const std::vector<std::int32_t> unknown = {kUnknownCode};
  Matrix one(1, 1);
  transform.apply_numbers(unknown, std::vector<std::uint32_t>{0}, one, 0);
  EXPECT_FLOAT_EQ(one(0, 0), 0.5F);
}

TEST(CategoryTransform, DoesNotTellARowOfTrainingItsOwnTarget) {
  const std::vector<std::uint8_t> fold = {0, 1, 2, 3, 4, 0, 1, 2};
  const auto statistics_of_training = [&](double target_of_first) {
    CategoryTransform transform = fitted(Categories::kTarget, 1);
    std::vector<double> target = {0, 5, 3, 2, 8, 1, 4, 7};
    target[0] = target_of_first;
    Matrix out(kRows.size(), 1);
    transform.fit_statistics(kColumn, kRows, target, kRegressionTask, fold, out, 0);
    return out;
  };
  const Matrix low = statistics_of_training(-100.0);
  const Matrix high = statistics_of_training(100.0);
  EXPECT_EQ(low(0, 0), high(0, 0));
  EXPECT_EQ(low(5, 0), high(5, 0));  // another row of the same fold
  EXPECT_NE(low(2, 0), high(2, 0));  // the same category in another fold
}

TEST(CategoryTransform, GivesCategoriesWithManyRowsTheSameStatisticInTrainingAsInPrediction) {
  std::vector<std::int32_t> column;
  std::vector<std::uint32_t> rows;
  std::vector<std::uint8_t> fold;
  std::vector<double> target;
  for (std::uint32_t i = 0; i < 450; ++i) {
    rows.push_back(i);
    column.push_back(i < 400 ? 0 : 1);
    fold.push_back(static_cast<std::uint8_t>(i % 5));
    target.push_back(static_cast<double>(i % 7));
  }
  CategoryTransform transform = CategoryTransform::fit(column, rows, 2, {.categories = Categories::kTarget});
  Matrix training(rows.size(), 1);
  transform.fit_statistics(column, rows, target, kRegressionTask, fold, training, 0);
  Matrix prediction(rows.size(), 1);
  transform.apply_numbers(column, rows, prediction, 0);
  EXPECT_EQ(training(0, 0), prediction(0, 0));
  EXPECT_EQ(training(1, 0), prediction(1, 0));
  EXPECT_NE(training(400, 0), prediction(400, 0));  // fifty rows only
}

TEST(CategoryTransform, GivesOneStatisticForEachOfSeveralClasses) {
  const Task task{.kind = TaskKind::kMulticlass, .target = "y", .classes = {"a", "b", "c"}};
  CategoryTransform transform = fitted(Categories::kTarget, 1);
  ASSERT_EQ(transform.number_columns(task), 3U);
  const std::vector<double> target = {0, 1, 2, 0, 1, 2, 0, 1};
  Matrix out(kRows.size(), 3);
  transform.fit_statistics(kColumn, kRows, target, task, std::vector<std::uint8_t>(kRows.size(), 0), out, 0);
  transform.apply_numbers(kColumn, kRows, out, 0);
  // Shares of three classes, each a float.
  for (std::size_t r = 0; r < out.rows; ++r) EXPECT_NEAR(out(r, 0) + out(r, 1) + out(r, 2), 1.0F, 1e-6F);
}

TEST(CategoryTransform, SurvivesSavingAndLoading) {
  for (const Categories how : {Categories::kCodes, Categories::kOneHot, Categories::kTarget}) {
    CategoryTransform transform = fitted(how, 2);
    const std::size_t columns = transform.number_columns(kBinaryTask);
    Matrix before(kRows.size(), columns);
    if (transform.needs_target()) {
      const std::vector<double> target = {1, 0, 1, 0, 0, 0, 1, 1};
      transform.fit_statistics(kColumn, kRows, target, kBinaryTask, std::vector<std::uint8_t>(8, 0), before, 0);
    }
    const CategoryTransform loaded = CategoryTransform::from_json(Json::parse(transform.to_json().dump()));
    Matrix after(kRows.size(), columns);
    transform.apply_numbers(kColumn, kRows, before, 0);
    loaded.apply_numbers(kColumn, kRows, after, 0);
    EXPECT_EQ(before.values, after.values);
    EXPECT_EQ(codes(transform, kColumn, kRows), codes(loaded, kColumn, kRows));
  }
}

}  // namespace
}  // namespace nascent::testing
