#include "surrogate/cma_es.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <functional>

#include "support/seed.h"

namespace nascent {
namespace {

using Function = std::function<double(const std::vector<double>&)>;

double sphere(const std::vector<double>& x) {
  double sum = 0.0;
  for (const double v : x) sum += v * v;
  return sum;
}

/// Condition number 10^6.
double ellipsoid(const std::vector<double>& x) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i)
    sum += std::pow(1e6, static_cast<double>(i) / static_cast<double>(x.size() - 1)) * x[i] * x[i];
  return sum;
}

double rosenbrock(const std::vector<double>& x) {
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i)
    sum += 100.0 * std::pow(x[i] * x[i] - x[i + 1], 2) + std::pow(x[i] - 1.0, 2);
  return sum;
}

Eigen::MatrixXd random_rotation(Eigen::Index d, std::uint64_t seed) {
  Random random(seed);
  Eigen::MatrixXd matrix(d, d);
  for (Eigen::Index i = 0; i < d; ++i)
    for (Eigen::Index j = 0; j < d; ++j) matrix(i, j) = random.normal();
  return matrix.householderQr().householderQ();
}

Function rotated(const Function& f, const Eigen::MatrixXd& rotation) {
  return [=](const std::vector<double>& x) {
    const Eigen::VectorXd y = rotation * Eigen::Map<const Eigen::VectorXd>(x.data(), rotation.cols());
    return f({y.begin(), y.end()});
  };
}

/// One generation; returns its best value.
double step(CmaEs& es, const Function& f, Random& random) {
  std::vector<std::pair<double, std::vector<double>>> points;
  for (std::size_t i = 0; i < es.population(); ++i) {
    std::vector<double> x = es.sample(random);
    const double value = f(x);
    points.emplace_back(value, std::move(x));
  }
  std::sort(points.begin(), points.end());
  std::vector<std::vector<double>> ranked;
  for (auto& [value, x] : points) ranked.push_back(std::move(x));
  es.update(ranked);
  return points.front().first;
}

std::size_t evaluations_to(double target, const Function& f, std::vector<double> start, std::uint64_t seed,
                           CmaEsOptions options = {}) {
  CmaEs es(start, std::move(options));
  Random random(seed);
  while (es.generation() < 20000)
    if (step(es, f, random) < target) break;
  return es.generation() * es.population();
}

/// The median over 11 seeds.
std::size_t median_evaluations(const Function& f, const std::vector<double>& start, std::uint64_t seed,
                               const CmaEsOptions& options = {}) {
  std::vector<std::size_t> counts;
  for (std::uint64_t i = 0; i < 11; ++i) counts.push_back(evaluations_to(1e-8, f, start, mix_seed(seed, i), options));
  std::nth_element(counts.begin(), counts.begin() + 5, counts.end());
  return counts[5];
}

// The medians measured with 11 seeds (evaluations, d = 2, 5, 10): sphere 240, 664, 1360; ellipsoid 498, 1456, 4160;
// Rosenbrock 408, 1744, 5150. The reference implementation of its authors' school (cmaes 0.9.1, 5 seeds) takes 270,
// 608, 1320; 486, 1480, 4210; 456, 1744, 5140. Single runs scatter by about a tenth, so the medians stay within a
// quarter.
TEST(CmaEs, ReachesTheOptimumInTheKnownNumberOfEvaluations) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  const struct {
    Function f;
    std::size_t dimensions;
    double start, expected;
  } cases[] = {{sphere, 2, 1.0, 240},     {sphere, 5, 1.0, 660},      {sphere, 10, 1.0, 1360},
               {ellipsoid, 5, 1.0, 1460}, {ellipsoid, 10, 1.0, 4170}, {rosenbrock, 5, 0.0, 1740}};
  for (const auto& [f, dimensions, start, expected] : cases) {
    const auto median = static_cast<double>(median_evaluations(f, std::vector<double>(dimensions, start), seed));
    EXPECT_GT(median, 0.75 * expected) << dimensions << " dimensions, expected " << expected;
    EXPECT_LT(median, 1.25 * expected) << dimensions << " dimensions, expected " << expected;
  }
}

TEST(CmaEs, DoesNotCareHowAFunctionIsRotated) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  const std::vector<double> start(5, 1.0);
  const auto straight = static_cast<double>(median_evaluations(ellipsoid, start, seed));
  const Function turned = rotated(ellipsoid, random_rotation(5, seed));
  // Two medians of 11 runs that scatter by a tenth each.
  EXPECT_NEAR(static_cast<double>(median_evaluations(turned, start, seed + 1)) / straight, 1.0, 0.3);
}

TEST(CmaEs, SeesOnlyTheOrderOfItsPoints) {
  CmaEs a(std::vector<double>(4, 1.0));
  CmaEs b(std::vector<double>(4, 1.0));
  Random random_a(5);
  Random random_b(5);
  for (int i = 0; i < 20; ++i) {
    step(a, sphere, random_a);
    step(
        b, [](const std::vector<double>& x) { return std::exp(sphere(x)) - 7.0; }, random_b);
  }
  EXPECT_EQ(a.mean(), b.mean());
  EXPECT_EQ(a.sigma(), b.sigma());
}

TEST(CmaEs, FindsIntegersBesideContinuousNumbers) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  std::vector<double> halves;
  for (int i = -10; i < 10; ++i) halves.push_back(i + 0.5);
  const std::vector<double> none;
  const CmaEsOptions options{.sigma = 1.0, .thresholds = {none, halves, none, halves, halves}};
  const Function f = [](const std::vector<double>& x) {
    return x[0] * x[0] + 10.0 * std::pow(std::round(x[1]) - 1.0, 2) + x[2] * x[2] + std::pow(std::round(x[3]), 2) +
           1e-4 * std::pow(std::round(x[4]) + 2.0, 2);
  };
  int found = 0;
  for (std::uint64_t i = 0; i < 10; ++i) {
    const std::size_t count = evaluations_to(1e-8, f, std::vector<double>(5, 4.0), mix_seed(seed, i), options);
    found += count < 5000 ? 1 : 0;
  }
  // 40 repeats of this test, with other seeds, passed. The last integer matters only when all else has converged,
  // which is what the margin is for.
  EXPECT_GE(found, 9);
}

TEST(CmaEs, KeepsTheLeastProbabilityOfLeavingACell) {
  CmaEs es({0.2, 0.3}, {.sigma = 0.5, .thresholds = {{-1.5, -0.5, 0.5, 1.5}, {0.0}}, .margin = 0.1});
  Random random(1);
  for (int i = 0; i < 300; ++i)
    step(
        es, [](const std::vector<double>& x) { return std::fabs(std::round(x[0])) + (x[1] > 0.0 ? 0.0 : 1.0); },
        random);
  int inner = 0;
  int edge = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<double> x = es.sample(random);
    inner += std::fabs(x[0]) > 0.5 ? 1 : 0;
    edge += x[1] < 0.0 ? 1 : 0;
  }
  // At least 0.1 each, less four standard deviations of the counts (0.002 each).
  EXPECT_GT(inner, 0.0915 * kDraws);
  EXPECT_GT(edge, 0.0915 * kDraws);
}

TEST(CmaEs, IsNotBlownUpByAPointFromElsewhere) {
  CmaEs es(std::vector<double>(5, 1.0), {.sigma = 0.1});
  Random random(2);
  std::vector<std::vector<double>> points;
  for (std::size_t i = 0; i < es.population(); ++i) points.push_back(es.sample(random));
  points[0] = std::vector<double>(5, 1e9);
  es.update(points);
  EXPECT_LT(es.sigma(), 1.0);
  for (const double x : es.mean()) EXPECT_LT(std::fabs(x), 2.0);
}

}  // namespace
}  // namespace nascent
