#include "tabular/cross_validation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "nascent/core/error.h"
#include "nascent/learner/family.h"
#include "tabular/small_table.h"

namespace nascent::testing {
namespace {

/// The first configuration of boosted trees: quick, and it has rounds.
Configuration trees(const SmallTable& small) { return table_families(small.traits(), false).front().first.front(); }

CrossValidationResult validate(const SmallTable& small, const Split& split, const CrossValidation& options) {
  return cross_validate(small.table, split, small.task(), std::string(kBoostedTrees), trees(small), options);
}

TEST(CrossValidate, PredictsEveryRowOnceByAModelThatDidNotLearnFromIt) {
  const SmallTable small = make_small_table(TaskKind::kBinary, 200);
  const Split split = make_cross_validation(small.task(), small.table.target(), 5, 1);
  const CrossValidationResult result = validate(small, split, {.seed = 4});
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(std::set<std::uint32_t>(result.rows.begin(), result.rows.end()).size(), 200U);
  ASSERT_EQ(result.rows.size(), 200U);
  ASSERT_EQ(result.predictions.rows, 200U);
  ASSERT_EQ(result.pipelines.size(), 5U);
  std::size_t at = 0;
  for (int fold = 0; fold < 5; ++fold) {
    const std::vector<std::uint32_t> rows = split.validation_rows(fold);
    const Matrix again = result.pipelines[static_cast<std::size_t>(fold)].predict(small.table, rows);
    for (std::size_t r = 0; r < rows.size(); ++r, ++at) {
      ASSERT_EQ(result.rows[at], rows[r]);
      ASSERT_EQ(result.predictions(at, 1), again(r, 1));
    }
  }
}

TEST(CrossValidate, MeasuresAllMetricsOverAllValidatedRows) {
  const SmallTable small = make_small_table(TaskKind::kRegression, 150);
  const Split split = make_cross_validation(small.task(), small.table.target(), 3, 1);
  const CrossValidationResult result = validate(small, split, {.seed = 4});
  std::vector<double> truth;
  for (const std::uint32_t row : result.rows) truth.push_back(small.table.target()[row]);
  ASSERT_EQ(result.metrics.size(), metrics_for(TaskKind::kRegression).size());
  for (const Metric& metric : metrics_for(TaskKind::kRegression)) {
    EXPECT_EQ(result.metrics.at(metric.name), score(metric, small.task(), truth, result.predictions)) << metric.name;
  }
  EXPECT_GT(result.rounds, 0);
  EXPECT_GT(result.seconds, 0.0);
}

TEST(CrossValidate, GrowsNoMoreTreesThanAllowed) {
  const SmallTable small = make_small_table(TaskKind::kRegression, 150);
  const Split split = make_cross_validation(small.task(), small.table.target(), 3, 1);
  EXPECT_GT(validate(small, split, {.seed = 4}).rounds, 3);
  EXPECT_EQ(validate(small, split, {.seed = 4, .most_trees = 3}).rounds, 3);
}

TEST(CrossValidate, ReportsAfterEachFoldAndStopsWhenTold) {
  const SmallTable small = make_small_table(TaskKind::kBinary, 200);
  const Split split = make_cross_validation(small.task(), small.table.target(), 5, 1);
  std::vector<int> steps;
  const auto on_fold = [&](const FoldReport& report) {
    steps.push_back(report.step);
    EXPECT_EQ(report.metrics.count("accuracy"), 1U);
    return report.step < 2;
  };
  const CrossValidationResult result = validate(small, split, {.seed = 4, .on_fold = on_fold});
  EXPECT_EQ(steps, (std::vector<int>{1, 2}));
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.rows.size(), split.validation_rows(0).size() + split.validation_rows(1).size());
}

TEST(CrossValidate, ReportsWhatEachFoldIsWorthByItself) {
  const SmallTable small = make_small_table(TaskKind::kRegression, 150);
  const Split split = make_cross_validation(small.task(), small.table.target(), 3, 1);
  std::vector<FoldReport> reports;
  const auto on_fold = [&](const FoldReport& report) {
    reports.push_back(report);
    return true;
  };
  const CrossValidationResult result = validate(small, split, {.seed = 4, .on_fold = on_fold});
  ASSERT_EQ(reports.size(), 3U);
  for (int fold = 0; fold < 3; ++fold) {
    const std::vector<std::uint32_t> rows = split.validation_rows(fold);
    const auto place = static_cast<std::size_t>(fold);
    const Matrix predictions = result.pipelines[place].predict(small.table, rows);
    std::vector<double> truth;
    for (const std::uint32_t row : rows) truth.push_back(small.table.target()[row]);
    for (const Metric& metric : metrics_for(TaskKind::kRegression))
      EXPECT_EQ(reports[place].of_fold.at(metric.name), score(metric, small.task(), truth, predictions)) << metric.name;
  }
  EXPECT_EQ(reports.front().of_fold, reports.front().metrics);
  EXPECT_NE(reports.back().of_fold, reports.back().metrics);
}

TEST(CrossValidate, GivesTheSameForTheSameSeed) {
  const SmallTable small = make_small_table(TaskKind::kMulticlass, 150);
  const Split split = make_cross_validation(small.task(), small.table.target(), 3, 1);
  EXPECT_EQ(validate(small, split, {.seed = 9}).predictions.values,
            validate(small, split, {.seed = 9}).predictions.values);
}

TEST(CrossValidate, TrainsOnceForAHoldout) {
  const SmallTable small = make_small_table(TaskKind::kBinary, 200);
  const Split split = make_holdout(small.task(), small.table.target(), 0.25, 1);
  const CrossValidationResult result = validate(small, split, {.seed = 4});
  EXPECT_EQ(result.pipelines.size(), 1U);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.rows, split.validation_rows(0));
}

/// Notes how long each fit was allowed to take.
class ClockWatcher final : public Learner {
 public:
  explicit ClockWatcher(std::vector<double>& allowed) : allowed_(allowed) {}
  Json fit(const LabelledRows&, const FitContext& context) override {
    allowed_.push_back(context.deadline.remaining());
    return {{"rounds", 10 * static_cast<int>(allowed_.size())}};
  }
  Matrix predict(const FeatureRows& features) const override { return Matrix(features.rows(), 2, 0.5F); }
  void save(const std::filesystem::path&) const override {}
  void load(const std::filesystem::path&, const Task&) override {}

 private:
  std::vector<double>& allowed_;
};

TEST(CrossValidate, DividesTheTimeOverTheFoldsThatAreLeft) {
  const SmallTable small = make_small_table(TaskKind::kBinary, 100);
  const Split split = make_cross_validation(small.task(), small.table.target(), 4, 1);
  std::vector<double> allowed;
  const auto factory = [&](std::string_view, const Configuration&, const Task&) {
    return std::make_unique<ClockWatcher>(allowed);
  };
  // The fits take no time to speak of against so long a deadline, so the shares are a quarter, a third, a half and all.
  const CrossValidationResult result =
      validate(small, split, {.seed = 1, .deadline = Deadline::in(1e6), .factory = factory});
  ASSERT_EQ(allowed.size(), 4U);
  for (int fold = 0; fold < 4; ++fold) EXPECT_NEAR(allowed[static_cast<std::size_t>(fold)], 1e6 / (4 - fold), 1e4);
  EXPECT_EQ(result.rounds, 25);  // the mean of 10, 20, 30 and 40
}

TEST(CrossValidate, ThrowsWhenAFoldHasNoTimeForAModel) {
  const SmallTable small = make_small_table(TaskKind::kBinary, 100);
  const Split split = make_cross_validation(small.task(), small.table.target(), 4, 1);
  EXPECT_THROW(validate(small, split, {.deadline = Deadline::in(-1.0)}), Error);
}

TEST(CrossValidate, WorksWithAClassOfASingleRow) {
  const SmallTable small = make_small_table(TaskKind::kMulticlass, 120);
  std::vector<double> target(small.table.target().begin(), small.table.target().end());
  // Folds that leave out every row of the first class in turn: the model of one fold never saw it.
  Split split{.fold = std::vector<std::uint8_t>(120), .rounds = 3};
  for (std::size_t r = 0; r < 120; ++r) split.fold[r] = target[r] == 0.0 ? 0 : static_cast<std::uint8_t>(r % 3);
  for (const Family& family : table_families(small.traits(), false)) {
    const CrossValidationResult result =
        cross_validate(small.table, split, small.task(), family.name, family.first.front(), {.seed = 1});
    EXPECT_EQ(result.rows.size(), 120U) << family.name;
    EXPECT_TRUE(std::isfinite(result.metrics.at("log_loss"))) << family.name;
  }
}

TEST(Refit, ScalesTheRoundsToTheGreaterNumberOfRows) {
  EXPECT_EQ(rounds_for_all_rows(80, 80, 100), 100);
  EXPECT_EQ(rounds_for_all_rows(0, 80, 100), 0);
}

TEST(Refit, LearnsFromAllRows) {
  const SmallTable small = make_small_table(TaskKind::kBinary, 200);
  const Split split = make_cross_validation(small.task(), small.table.target(), 5, 1);
  const CrossValidationResult validated = validate(small, split, {.seed = 4});
  const Pipeline pipeline = refit(small.table, split, small.task(), std::string(kBoostedTrees), trees(small),
                                  {.seed = 4, .rounds = validated.rounds});
  const std::vector<std::uint32_t> rows = all_rows(200);
  const Metric& metric = metric_named("log_loss", TaskKind::kBinary);
  // It has seen these rows, so it must know them better than the models that had not.
  EXPECT_LT(score(metric, small.task(), small.table.target(), pipeline.predict(small.table, rows)),
            validated.metrics.at("log_loss"));
}

}  // namespace
}  // namespace nascent::testing
