#include "surrogate/lbfgs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nascent {
namespace {

using Eigen::VectorXd;

double rosenbrock(const VectorXd& x, VectorXd& gradient) {
  double value = 0.0;
  gradient.setZero(x.size());
  for (Eigen::Index i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i + 1] - x[i] * x[i];
    value += 100.0 * a * a + (1.0 - x[i]) * (1.0 - x[i]);
    gradient[i] += -400.0 * a * x[i] - 2.0 * (1.0 - x[i]);
    gradient[i + 1] += 200.0 * a;
  }
  return value;
}

VectorXd filled(Eigen::Index size, double value) { return VectorXd::Constant(size, value); }

TEST(Lbfgs, FollowsANarrowValleyToItsMinimum) {
  const LbfgsResult result = minimise_lbfgs(rosenbrock, filled(10, -1.0), filled(10, -5.0), filled(10, 5.0),
                                            {.evaluations = 500, .tolerance = 1e-8});
  EXPECT_LT(result.value, 1e-12);
  EXPECT_LT((result.x - filled(10, 1.0)).norm(), 1e-5);
  EXPECT_LE(result.evaluations, 500);
}

TEST(Lbfgs, StopsAtTheBoundsThatCutOffTheMinimum) {
  // In the box up to ½ the minimum of two-dimensional Rosenbrock is (½, ¼).
  const LbfgsResult result = minimise_lbfgs(rosenbrock, filled(2, -1.0), filled(2, -2.0), filled(2, 0.5),
                                            {.evaluations = 500, .tolerance = 1e-9});
  EXPECT_NEAR(result.x[0], 0.5, 1e-12);
  EXPECT_NEAR(result.x[1], 0.25, 1e-6);
}

TEST(Lbfgs, NeverReturnsAPointWorseThanItsStartNorSpendsMoreThanItMay) {
  int evaluations = 0;
  const auto counted = [&](const VectorXd& x, VectorXd& gradient) {
    ++evaluations;
    return rosenbrock(x, gradient);
  };
  VectorXd gradient;
  for (const int most : {1, 2, 5, 20}) {
    evaluations = 0;
    const LbfgsResult result =
        minimise_lbfgs(counted, filled(4, -1.2), filled(4, -5.0), filled(4, 5.0), {.evaluations = most});
    EXPECT_LE(evaluations, most);
    EXPECT_EQ(result.evaluations, evaluations);
    EXPECT_LE(result.value, rosenbrock(filled(4, -1.2), gradient));
  }
}

TEST(Lbfgs, StepsBackFromWhereTheFunctionIsNotDefined) {
  const auto with_cliff = [](const VectorXd& x, VectorXd& gradient) {
    gradient = VectorXd::Constant(1, 2.0 * (x[0] - 1.0));
    return x[0] > 0.9 ? std::numeric_limits<double>::quiet_NaN() : (x[0] - 1.0) * (x[0] - 1.0);
  };
  const LbfgsResult result = minimise_lbfgs(with_cliff, filled(1, -3.0), filled(1, -5.0), filled(1, 5.0));
  EXPECT_LE(result.x[0], 0.9);
  EXPECT_GT(result.x[0], 0.5);
}

}  // namespace
}  // namespace nascent
