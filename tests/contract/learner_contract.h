#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "contract/learner_problem.h"
#include "nascent/core/error.h"
#include "nascent/data/metric.h"
#include "nascent/learner/learner.h"
#include "support/temporary_folder.h"

/// What every learner of tables must do, whatever its library. A room runs its learners through it with
///
///     INSTANTIATE_TEST_SUITE_P(Tabular, LearnerContract, ::testing::ValuesIn(cases), learner_case_name);
///
/// and every learner that passes can be used wherever a `Learner` is asked for.
namespace nascent::testing {

struct LearnerCase {
  std::string name;  ///< letters, digits and underscores
  TaskKind kind;
  std::function<std::unique_ptr<Learner>(const Task&)> make;
  FeatureStyle style;  ///< what its preprocessing lets through
};

inline void PrintTo(const LearnerCase& learner, std::ostream* out) { *out << learner.name; }

inline std::string learner_case_name(const ::testing::TestParamInfo<LearnerCase>& info) {
  return info.param.name + "_" + std::string(name_of(info.param.kind));
}

class LearnerContract : public ::testing::TestWithParam<LearnerCase> {
 protected:
  const LearnerCase& learner_case() const { return GetParam(); }
  LearnerProblem problem(std::size_t rows, std::uint64_t seed = 1) const {
    return make_learner_problem(learner_case().kind, learner_case().style, rows, seed);
  }

  /// Validates on the problem's validation rows. Two passes over a fixed seed make everything below repeatable.
  std::unique_ptr<Learner> fitted(const LearnerProblem& problem, std::uint64_t seed = 7) const {
    std::unique_ptr<Learner> learner = learner_case().make(problem.task);
    learner->fit(
        problem.training,
        {.task = problem.task, .seed = seed, .deadline = {}, .should_stop = {}, .validation = &problem.validation});
    return learner;
  }

  /// Either a sentence, or a model whose predictions can be used.
  void expect_error_or_usable(const LearnerProblem& problem, const FitContext& context) const {
    std::unique_ptr<Learner> learner = learner_case().make(problem.task);
    try {
      learner->fit(problem.training, context);
    } catch (const Error& error) {
      EXPECT_FALSE(std::string(error.what()).empty());
      return;
    }
    expect_usable(problem.task, learner->predict(problem.validation.features), problem.validation.target.size());
  }

  static void expect_usable(const Task& task, const Matrix& predictions, std::size_t rows) {
    ASSERT_EQ(predictions.rows, rows);
    ASSERT_EQ(predictions.columns, task.outputs());
    for (std::size_t r = 0; r < rows; ++r) {
      float sum = 0.0F;
      for (const float value : predictions.row(r)) {
        ASSERT_TRUE(std::isfinite(value)) << "row " << r;
        sum += value;
        if (task.is_classification()) {
          ASSERT_GE(value, 0.0F) << "row " << r;
        }
      }
      // Sums of at most three floats, each with a relative error of about 1e-7, from libraries that use fast
      // exponentials.
      if (task.is_classification()) {
        ASSERT_NEAR(sum, 1.0F, 1e-4F) << "row " << r;
      }
    }
  }
};

TEST_P(LearnerContract, BeatsTheConstantPredictor) {
  const LearnerProblem problem = this->problem(400);
  const Matrix predictions = fitted(problem)->predict(problem.validation.features);
  const Metric& metric = metric_named(problem.task.is_classification() ? "log_loss" : "rmse", problem.task.kind);
  const double learned = score(metric, problem.task, problem.validation.target, predictions);
  const double constant =
      score(metric, problem.task, problem.validation.target, constant_predictions(problem, problem.validation));
  // The noise allows to halve the constant's loss and more; a fifth is what any learner that works has to gain.
  EXPECT_LT(learned, 0.8 * constant);
}

TEST_P(LearnerContract, GivesOneProbabilityForEachClassAndTheySumToOne) {
  const LearnerProblem problem = this->problem(200);
  expect_usable(problem.task, fitted(problem)->predict(problem.validation.features), problem.validation.target.size());
}

TEST_P(LearnerContract, PredictsTheSameAfterSavingAndLoading) {
  const LearnerProblem problem = this->problem(200);
  const std::unique_ptr<Learner> learner = fitted(problem);
  const TemporaryFolder folder;
  learner->save(folder.path());
  const std::unique_ptr<Learner> loaded = learner_case().make(problem.task);
  loaded->load(folder.path(), problem.task);
  const Matrix before = learner->predict(problem.validation.features);
  const Matrix after = loaded->predict(problem.validation.features);
  ASSERT_EQ(before.values.size(), after.values.size());
  for (std::size_t i = 0; i < before.values.size(); ++i) {
    // Weights are saved in full; only the order of a sum may differ.
    ASSERT_NEAR(before.values[i], after.values[i], 1e-5F * (1.0F + std::abs(before.values[i])));
  }
}

TEST_P(LearnerContract, LearnsTheSameFromTheSameSeed) {
  const LearnerProblem problem = this->problem(200);
  const Matrix first = fitted(problem, 11)->predict(problem.validation.features);
  const Matrix second = fitted(problem, 11)->predict(problem.validation.features);
  EXPECT_EQ(first.values, second.values);
}

TEST_P(LearnerContract, PredictsARowAloneAsItDoesAmongOthers) {
  const LearnerProblem problem = this->problem(200);
  const std::unique_ptr<Learner> learner = fitted(problem);
  const Matrix all = learner->predict(problem.validation.features);
  const Matrix one = learner->predict(some_rows(problem.validation.features, 3, 1));
  ASSERT_EQ(one.rows, 1U);
  for (std::size_t k = 0; k < one.columns; ++k) {
    // Libraries sum in another order for one row than for many.
    EXPECT_NEAR(one(0, k), all(3, k), 1e-3F * (1.0F + std::abs(all(3, k))));
  }
}

TEST_P(LearnerContract, AnswersWithoutWorkingWhenTheDeadlineHasPassed) {
  const LearnerProblem problem = this->problem(200);
  expect_error_or_usable(problem, {.task = problem.task,
                                   .seed = 1,
                                   .deadline = Deadline::in(-1.0),
                                   .should_stop = {},
                                   .validation = &problem.validation});
}

TEST_P(LearnerContract, StopsWhenItIsAskedTo) {
  const LearnerProblem problem = this->problem(200);
  int calls = 0;
  expect_error_or_usable(problem, {.task = problem.task,
                                   .seed = 1,
                                   .deadline = {},
                                   .should_stop = [&] { return ++calls > 2; },
                                   .validation = &problem.validation});
  EXPECT_GT(calls, 0);
  // Once it has been told to stop it may ask a few times more on its way out, not once for each round there could be.
  EXPECT_LT(calls, 10);
}

TEST_P(LearnerContract, LearnsWithoutValidationRows) {
  const LearnerProblem problem = this->problem(200);
  for (const int rounds : {0, 20}) {
    expect_error_or_usable(
        problem,
        {.task = problem.task, .seed = 1, .deadline = {}, .should_stop = {}, .validation = nullptr, .rounds = rounds});
  }
}

TEST_P(LearnerContract, TakesUnknownCategoriesAndMissingCellsInPrediction) {
  LearnerProblem problem = this->problem(200);
  const std::unique_ptr<Learner> learner = fitted(problem);
  blank_out(problem.validation.features, learner_case().style);
  expect_usable(problem.task, learner->predict(problem.validation.features), problem.validation.target.size());
}

TEST_P(LearnerContract, LearnsFromColumnsWithMissingCellsAndFromOneThatIsAllMissing) {
  if (!learner_case().style.missing_numbers) GTEST_SKIP() << "its preprocessing fills in missing numbers";
  LearnerProblem problem = this->problem(200);
  Matrix& numbers = problem.training.features.numbers;
  for (std::size_t r = 0; r < numbers.rows; ++r) {
    numbers(r, 2) = std::numeric_limits<float>::quiet_NaN();
    if (r % 3 == 0) numbers(r, 0) = std::numeric_limits<float>::quiet_NaN();
  }
  expect_usable(problem.task, fitted(problem)->predict(problem.validation.features), problem.validation.target.size());
}

TEST_P(LearnerContract, LearnsWhenAClassHasNoRows) {
  LearnerProblem problem = this->problem(200);
  if (!problem.task.is_classification()) GTEST_SKIP() << "no classes";
  // With two classes one is left, with three two.
  for (double& label : problem.training.target) label = std::max(label, 1.0);
  expect_usable(problem.task, fitted(problem)->predict(problem.validation.features), problem.validation.target.size());
}

TEST_P(LearnerContract, LearnsAConstantTarget) {
  LearnerProblem problem = this->problem(100);
  std::fill(problem.training.target.begin(), problem.training.target.end(), 1.0);
  std::fill(problem.validation.target.begin(), problem.validation.target.end(), 1.0);
  const Matrix predictions = fitted(problem)->predict(problem.validation.features);
  expect_usable(problem.task, predictions, problem.validation.target.size());
  const std::size_t column = problem.task.is_classification() ? 1 : 0;
  for (std::size_t r = 0; r < predictions.rows; ++r) EXPECT_GT(predictions(r, column), 0.5F);
}

TEST_P(LearnerContract, TakesASingleRow) {
  LearnerProblem problem = this->problem(100);
  problem.training.features = some_rows(problem.training.features, 0, 1);
  problem.training.target.resize(1);
  expect_error_or_usable(
      problem, {.task = problem.task, .seed = 1, .deadline = {}, .should_stop = {}, .validation = &problem.validation});
}

TEST_P(LearnerContract, TakesMoreColumnsThanRows) {
  LearnerProblem problem = this->problem(60);
  widen(problem.training.features, 300);
  widen(problem.validation.features, 300);
  expect_usable(problem.task, fitted(problem)->predict(problem.validation.features), problem.validation.target.size());
}

TEST_P(LearnerContract, TakesRowsWithoutAnyColumn) {
  LearnerProblem problem = this->problem(60);
  for (LabelledRows* rows : {&problem.training, &problem.validation}) {
    rows->features.numbers = Matrix(rows->target.size(), 0);
    rows->features.codes.clear();
    rows->features.cardinalities.clear();
  }
  expect_error_or_usable(
      problem, {.task = problem.task, .seed = 1, .deadline = {}, .should_stop = {}, .validation = &problem.validation});
}

}  // namespace nascent::testing
