#include "surrogate/gaussian_process.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "support/seed.h"
#include "surrogate/random_process.h"

namespace nascent {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

class GaussianProcessTest : public ::testing::Test {
 protected:
  /// The kernel, written out.
  double covariance(const Kernel& kernel, const VectorXd& a, const VectorXd& b) const {
    const double r = kernel.coordinate_scales().cwiseProduct(a - b).norm();
    const double root = std::sqrt(5.0) * r;
    return kernel.signal_variance() * (1.0 + root + root * root / 3.0) * std::exp(-root) + Kernel::kMeanVariance;
  }

  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
  const KernelLayout layout_ = testing::mixed_layout();
  const Kernel kernel_{layout_, testing::random_theta(layout_, random_)};
};

TEST_F(GaussianProcessTest, PredictsByTheTextbookFormula) {
  constexpr Index kCount = 12;
  const MatrixXd x = testing::random_points(kCount, random_);
  const VectorXd y = testing::random_targets(kCount, random_);
  GaussianProcess process(kernel_, x);
  process.set_targets(y);

  MatrixXd k(kCount, kCount);
  for (Index i = 0; i < kCount; ++i)
    for (Index j = 0; j < kCount; ++j)
      k(i, j) = covariance(kernel_, x.col(i), x.col(j)) + (i == j ? kernel_.noise_variance() : 0.0);
  const MatrixXd inverse = k.inverse();
  const MatrixXd candidates = testing::random_points(7, random_);
  const Prediction prediction = process.predict(candidates);
  for (Index c = 0; c < candidates.cols(); ++c) {
    VectorXd own(kCount);
    for (Index i = 0; i < kCount; ++i) own[i] = covariance(kernel_, x.col(i), candidates.col(c));
    // The condition of K is below 1e4 with this noise: twelve digits stay.
    EXPECT_NEAR(prediction.mean[c], own.dot(inverse * y), 1e-9);
    EXPECT_NEAR(prediction.variance[c], kernel_.prior_variance() - own.dot(inverse * own), 1e-9);
    EXPECT_NEAR(process.predict_mean(candidates)[c], prediction.mean[c], 1e-12);
  }
}

TEST_F(GaussianProcessTest, InterpolatesWithoutNoise) {
  VectorXd theta = kernel_.theta();
  theta[theta.size() - 1] = std::log(1e-8);
  const MatrixXd x = testing::random_points(15, random_);
  const VectorXd y = testing::random_targets(15, random_);
  GaussianProcess process(Kernel(layout_, theta), x);
  process.set_targets(y);
  const Prediction prediction = process.predict(x);
  for (Index i = 0; i < 15; ++i) {
    EXPECT_NEAR(prediction.mean[i], y[i], 1e-2);
    EXPECT_LT(prediction.variance[i], 1e-6);
  }
}

TEST_F(GaussianProcessTest, IsTheSameWhetherPointsAreAppendedOrGivenAtOnce) {
  const MatrixXd x = testing::random_points(40, random_);
  const VectorXd y = testing::random_targets(40, random_);
  GaussianProcess whole(kernel_, x);
  whole.set_targets(y);
  GaussianProcess grown(kernel_, x.leftCols(3));
  for (Index i = 3; i < 40; ++i) grown.append(x.col(i));
  grown.set_targets(y);
  EXPECT_LT((MatrixXd(whole.factor()) - MatrixXd(grown.factor())).cwiseAbs().maxCoeff(), 1e-10);
  const MatrixXd candidates = testing::random_points(10, random_);
  EXPECT_LT((whole.predict(candidates).mean - grown.predict(candidates).mean).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_LT((whole.predict(candidates).variance - grown.predict(candidates).variance).cwiseAbs().maxCoeff(), 1e-8);
}

TEST_F(GaussianProcessTest, ForgetsWhatIsTruncated) {
  const MatrixXd x = testing::random_points(20, random_);
  const VectorXd y = testing::random_targets(20, random_);
  GaussianProcess process(kernel_, x.leftCols(10));
  process.set_targets(y.head(10));
  const Prediction before = process.predict(x);
  for (Index i = 10; i < 20; ++i) process.append(x.col(i));
  process.set_targets(y);
  EXPECT_NE(process.predict(x).mean, before.mean);
  process.truncate(10);
  process.set_targets(y.head(10));
  EXPECT_EQ(process.predict(x).mean, before.mean);
  EXPECT_EQ(process.predict(x).variance, before.variance);
}

TEST_F(GaussianProcessTest, HasTheGradientsOfFiniteDifferences) {
  const MatrixXd x = testing::random_points(15, random_);
  GaussianProcess process(kernel_, x);
  process.set_targets(testing::random_targets(15, random_));
  const VectorXd point = testing::random_points(1, random_);
  const PredictionWithGradient exact = process.predict_with_gradient(point);
  EXPECT_NEAR(exact.mean, process.predict(point).mean[0], 1e-10);
  EXPECT_NEAR(exact.variance, process.predict(point).variance[0], 1e-10);
  for (Index c = 0; c < point.size(); ++c) {
    constexpr double kStep = 1e-5;
    MatrixXd sides = point.replicate(1, 2);
    sides(c, 0) += kStep;
    sides(c, 1) -= kStep;
    const Prediction prediction = process.predict(sides);
    // Rounding of 1e-12 over a step of 1e-5, and the third derivative times its square.
    EXPECT_NEAR(exact.mean_gradient[c], (prediction.mean[0] - prediction.mean[1]) / (2.0 * kStep), 1e-5);
    EXPECT_NEAR(exact.variance_gradient[c], (prediction.variance[0] - prediction.variance[1]) / (2.0 * kStep), 1e-5);
  }
}

TEST_F(GaussianProcessTest, SurvivesTheSamePointManyTimes) {
  VectorXd theta = kernel_.theta();
  theta[theta.size() - 1] = std::log(1e-300);
  const MatrixXd x = testing::random_points(1, random_).replicate(1, 8);
  GaussianProcess process(Kernel(layout_, theta), x);
  for (int i = 0; i < 4; ++i) process.append(x.col(0));
  process.set_targets(VectorXd::Constant(12, 0.5));
  EXPECT_TRUE(process.predict(testing::random_points(5, random_)).mean.allFinite());
  // A constant of variance 1 plus a signal: what is seen is believed, up to the jitter.
  EXPECT_NEAR(process.predict(x.leftCols(1)).mean[0], 0.5, 1e-3);
}

}  // namespace
}  // namespace nascent
