#include "surrogate/kernel_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/seed.h"
#include "surrogate/random_process.h"

namespace nascent {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

class KernelFit : public ::testing::Test {
 protected:
  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
  const KernelLayout layout_ = testing::mixed_layout();
  const KernelPrior prior_{layout_};
};

TEST_F(KernelFit, HasTheGradientOfFiniteDifferences) {
  for (int round = 0; round < 5; ++round) {
    const MatrixXd x = testing::random_points(15, random_);
    const VectorXd y = testing::random_targets(15, random_);
    const VectorXd theta = testing::random_theta(layout_, random_);
    VectorXd gradient, unused;
    log_posterior(layout_, prior_, x, y, theta, gradient);
    for (Index i = 0; i < theta.size(); ++i) {
      constexpr double kStep = 1e-5;
      VectorXd up = theta, down = theta;
      up[i] += kStep;
      down[i] -= kStep;
      const double difference =
          (log_posterior(layout_, prior_, x, y, up, unused) - log_posterior(layout_, prior_, x, y, down, unused)) /
          (2.0 * kStep);
      // Central differences err by h² of the third derivative and by rounding / h: together some 1e-8 of the values.
      EXPECT_NEAR(gradient[i], difference, 1e-5 * std::max(10.0, std::fabs(difference))) << "parameter " << i;
    }
  }
}

TEST_F(KernelFit, EndsNoWorseThanItsStartAndWithinTheBounds) {
  const MatrixXd x = testing::random_points(20, random_);
  const VectorXd y = testing::random_targets(20, random_);
  VectorXd gradient;
  const VectorXd fitted = fit_kernel(layout_, prior_, x, y, prior_.mean, 60);
  EXPECT_GE(log_posterior(layout_, prior_, x, y, fitted, gradient),
            log_posterior(layout_, prior_, x, y, prior_.mean, gradient));
  EXPECT_TRUE((fitted.array() >= prior_.low.array()).all());
  EXPECT_TRUE((fitted.array() <= prior_.high.array()).all());
}

TEST_F(KernelFit, FindsOutWhichCoordinateMattersAndThatThereIsNoNoise) {
  KernelLayout layout;
  layout.coordinates = {{0}, {1}};
  layout.scales = 2;
  MatrixXd x(2, 40);
  VectorXd y(40);
  for (Index i = 0; i < 40; ++i) {
    x(0, i) = random_.uniform(-0.5, 0.5);
    x(1, i) = random_.uniform(-0.5, 0.5);
    y[i] = std::sin(12.0 * x(0, i));
  }
  const KernelPrior prior(layout);
  const VectorXd fitted = fit_kernel(layout, prior, x, y, prior.mean, 100);
  EXPECT_GT(fitted[1] - fitted[0], std::log(4.0)) << "the length-scale of what does not matter is much longer";
  EXPECT_LT(std::exp(fitted[3]), 0.01) << "variance of the noise";
}

}  // namespace
}  // namespace nascent
