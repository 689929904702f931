#include "automl/ensemble_selection.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent {
namespace {

const Task kNumbers{.kind = TaskKind::kRegression, .target = "y", .classes = {}};
const Task kTwoClasses{.kind = TaskKind::kBinary, .target = "y", .classes = {"no", "yes"}};

Matrix column(const std::vector<float>& values) {
  Matrix matrix(values.size(), 1);
  matrix.values = values;
  return matrix;
}

double sum(const std::vector<double>& values) {
  double total = 0.0;
  for (const double value : values) total += value;
  return total;
}

TEST(EnsembleSelection, TwoModelsWithOppositeErrorsAreAveraged) {
  const std::vector<double> truth{1, 2, 3, 4};
  const Matrix low = column({0, 1, 2, 3});
  const Matrix high = column({2, 3, 4, 5});
  const Matrix far = column({9, 9, 9, 9});
  const Ensemble ensemble =
      select_ensemble(metric_named("rmse", TaskKind::kRegression), kNumbers, truth, {&low, &high, &far}, {});
  EXPECT_NEAR(ensemble.score, 0.0, 1e-6);
  EXPECT_NEAR(ensemble.weights[0], 0.5, 1e-12);
  EXPECT_NEAR(ensemble.weights[1], 0.5, 1e-12);
  EXPECT_EQ(ensemble.weights[2], 0.0);
}

TEST(EnsembleSelection, IsNeverWorseThanTheBestCandidateAndItsWeightsSumToOne) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const Metric& accuracy = metric_named("accuracy", TaskKind::kBinary);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::vector<double> truth;
    for (int i = 0; i < 60; ++i) truth.push_back(static_cast<double>(random.below(2)));
    std::vector<Matrix> candidates;
    for (int c = 0; c < 6; ++c) {
      Matrix matrix(truth.size(), 2);
      for (std::size_t row = 0; row < truth.size(); ++row) {
        const double lean = random.chance(0.6) ? truth[row] : 1.0 - truth[row];
        const auto yes = static_cast<float>(0.5 + 0.4 * random.uniform() * (2.0 * lean - 1.0));
        matrix(row, 0) = 1.0F - yes;
        matrix(row, 1) = yes;
      }
      candidates.push_back(std::move(matrix));
    }
    std::vector<const Matrix*> pointers;
    double best = 0.0;
    for (const Matrix& candidate : candidates) {
      pointers.push_back(&candidate);
      best = std::max(best, score(accuracy, kTwoClasses, truth, candidate));
    }
    const Ensemble ensemble = select_ensemble(accuracy, kTwoClasses, truth, pointers, {.max_members = 3});
    EXPECT_GE(ensemble.score, best);
    EXPECT_NEAR(sum(ensemble.weights), 1.0, 1e-12);
    EXPECT_LE(std::count_if(ensemble.weights.begin(), ensemble.weights.end(), [](double w) { return w > 0; }), 3);
    const Matrix mean = weighted_mean(pointers, ensemble.weights);
    // A sum in another order may move a probability of exactly one half: at most one row in 60 here.
    EXPECT_NEAR(score(accuracy, kTwoClasses, truth, mean), ensemble.score, 1.0 / 60.0 + 1e-9);
  }
}

TEST(EnsembleSelection, ACandidateWithoutADefinedScoreGetsNoWeight) {
  const std::vector<double> truth{1, 2};
  const Matrix broken = column({NAN, 2});
  const Matrix fine = column({1, 3});
  const Ensemble ensemble =
      select_ensemble(metric_named("rmse", TaskKind::kRegression), kNumbers, truth, {&broken, &fine}, {});
  EXPECT_EQ(ensemble.weights[0], 0.0);
  EXPECT_EQ(ensemble.weights[1], 1.0);
}

TEST(EnsembleSelection, OneMemberIsTheBestSingleCandidate) {
  const std::vector<double> truth{1, 2, 3, 4};
  const Matrix low = column({0, 1, 2, 3});
  const Matrix near = column({1.5F, 2.5F, 3.5F, 4.5F});
  const Ensemble ensemble =
      select_ensemble(metric_named("rmse", TaskKind::kRegression), kNumbers, truth, {&low, &near}, {.max_members = 1});
  EXPECT_EQ(ensemble.weights, (std::vector<double>{0.0, 1.0}));
  EXPECT_NEAR(ensemble.score, 0.5, 1e-6);
}

}  // namespace
}  // namespace nascent
