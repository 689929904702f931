#include "surrogate/parzen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/seed.h"

namespace nascent {
namespace {

using Kind = ParzenDimension::Kind;
using Points = std::vector<std::vector<double>>;

ParzenEstimator estimator_of(const std::vector<ParzenDimension>& dimensions, const Points& observations) {
  ParzenEstimator estimator(dimensions);
  for (std::size_t i = 0; i < observations.size(); ++i)
    estimator.insert(static_cast<std::uint32_t>(i), observations[i]);
  return estimator;
}

double density(const ParzenEstimator& estimator, const std::vector<double>& point) {
  return std::exp(estimator.log_densities(point).front());
}

TEST(ParzenEstimator, IntegratesToOneOverARange) {
  for (const Points& observations : {Points{}, Points{{0.0}}, Points{{-2.0}, {3.0}, {3.0}, {2.9}, {0.4}}}) {
    const ParzenEstimator estimator = estimator_of({{Kind::kContinuous, -2.0, 3.0}}, observations);
    constexpr int kCells = 5000;
    double total = 0.0;
    for (int i = 0; i < kCells; ++i) total += density(estimator, {-2.0 + 5.0 * (i + 0.5) / kCells}) * 5.0 / kCells;
    // The midpoint rule errs by h² / 24 of the second derivative: below 1e-5 for kernels 0.15 wide and cells of 0.001.
    EXPECT_NEAR(total, 1.0, 1e-5) << observations.size() << " observations";
  }
}

TEST(ParzenEstimator, SumsToOneOverDiscreteValues) {
  const std::vector<ParzenDimension> dimensions{{Kind::kDiscrete, 0.0, std::log(20.0), 1.0, true},
                                                {Kind::kDiscrete, -1.0, 1.0, 0.25},
                                                {Kind::kCategorical, 0.0, 2.0}};
  const Points observations{{std::log(3.0), 0.5, 2.0}, {std::log(20.0), -1.0, 0.0}, {0.0, -0.25, 2.0}};
  const ParzenEstimator estimator = estimator_of(dimensions, observations);
  std::vector<double> all;
  for (int n = 1; n <= 20; ++n)
    for (int k = 0; k < 9; ++k)
      for (int c = 0; c < 3; ++c) all.insert(all.end(), {std::log(n), -1.0 + 0.25 * k, static_cast<double>(c)});
  double total = 0.0;
  for (const double log_p : estimator.log_densities(all)) total += std::exp(log_p);
  // Each of the 540 is computed in single precision.
  EXPECT_NEAR(total, 1.0, 1e-5);
}

TEST(ParzenEstimator, HasTheKernelsOfItsFormula) {
  // One observation at 0.2 and the prior at 0.5: K = 2, weights 1/2; the observation's width is the distance 0.3.
  const ParzenEstimator estimator = estimator_of({{Kind::kContinuous, 0.0, 1.0}}, Points{{0.2}});
  const auto truncated = [](double x, double mean, double width) {
    const auto cdf = [&](double t) { return 0.5 * std::erfc(-(t - mean) / width / std::sqrt(2.0)); };
    const double z = (x - mean) / width;
    return std::exp(-0.5 * z * z) / (width * std::sqrt(2.0 * M_PI)) / (cdf(1.0) - cdf(0.0));
  };
  for (const double x : {0.0, 0.2, 0.7, 1.0})
    EXPECT_NEAR(density(estimator, {x}), 0.5 * truncated(x, 0.2, 0.3) + 0.5 * truncated(x, 0.5, 1.0), 1e-6) << x;

  // Categories: (1/2) (1 + 1/2) / (1 + 3/2) + (1/2) (1/3) for the observed one of three.
  const ParzenEstimator categories = estimator_of({{Kind::kCategorical, 0.0, 2.0}}, Points{{1.0}});
  EXPECT_NEAR(density(categories, {1.0}), 0.5 * 0.6 + 0.5 / 3.0, 1e-7);
  EXPECT_NEAR(density(categories, {0.0}), 0.5 * 0.2 + 0.5 / 3.0, 1e-7);
}

TEST(ParzenEstimator, KeepsCoordinatesTogetherThatWereObservedTogether) {
  Points observations;
  for (int i = 0; i < 10; ++i) observations.push_back(i % 2 == 0 ? std::vector{0.1, 0.1} : std::vector{0.9, 0.9});
  const ParzenEstimator estimator =
      estimator_of({{Kind::kContinuous, 0.0, 1.0}, {Kind::kContinuous, 0.0, 1.0}}, observations);
  EXPECT_GT(density(estimator, {0.1, 0.1}), 5.0 * density(estimator, {0.1, 0.9}));
}

TEST(ParzenEstimator, SamplesFollowTheirDensity) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const std::vector<ParzenDimension> dimensions{{Kind::kDiscrete, 0.0, std::log(6.0), 1.0, true},
                                                {Kind::kCategorical, 0.0, 1.0}};
  const ParzenEstimator estimator =
      estimator_of(dimensions, Points{{std::log(2.0), 1.0}, {std::log(6.0), 0.0}, {std::log(5.0), 0.0}});
  constexpr int kDraws = 20000;
  std::map<std::vector<double>, int> counts;
  for (int i = 0; i < kDraws; ++i) ++counts[estimator.sample(1, random)];
  ASSERT_EQ(counts.size(), 12u) << "every value has a probability of more than 0.01, and all are on the grid";
  double chi_square = 0.0;
  for (const auto& [point, count] : counts) {
    const double expected = kDraws * density(estimator, point);
    chi_square += (count - expected) * (count - expected) / expected;
  }
  // Chi-square with 11 degrees of freedom exceeds 55 with probability 8e-8.
  EXPECT_LT(chi_square, 55.0);
}

TEST(ParzenEstimator, SamplesOfARangeFollowTheirDensity) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const ParzenEstimator estimator = estimator_of({{Kind::kContinuous, 0.0, 1.0}}, Points{{0.0}, {0.05}, {0.9}});
  constexpr int kDraws = 20000;
  std::vector<double> draws;
  for (int i = 0; i < kDraws; ++i) draws.push_back(estimator.sample(1, random).front());
  std::sort(draws.begin(), draws.end());
  EXPECT_GE(draws.front(), 0.0);
  EXPECT_LE(draws.back(), 1.0);
  // Kolmogorov-Smirnov: sqrt(n) D exceeds 3 with probability 2 exp(-18) = 3e-8; the integral adds less than 1e-3.
  double cumulative = 0.0;
  double largest = 0.0;
  constexpr int kCells = 2000;
  for (int i = 0; i < kCells; ++i) {
    cumulative += density(estimator, {(i + 0.5) / kCells}) / kCells;
    const auto below = std::upper_bound(draws.begin(), draws.end(), (i + 1.0) / kCells) - draws.begin();
    largest = std::max(largest, std::fabs(cumulative - static_cast<double>(below) / kDraws));
  }
  EXPECT_LT(largest, 3.0 / std::sqrt(kDraws) + 1e-3);
}

TEST(ParzenEstimator, WeighsOldObservationsLess) {
  const ParzenEstimator two = estimator_of({{Kind::kCategorical, 0.0, 1.0}}, Points{{0.0}, {1.0}});
  EXPECT_FLOAT_EQ(density(two, {0.0}), density(two, {1.0})) << "up to 25 observations weigh the same";

  Points ages(50, {1.0});
  ages.front() = {0.0};
  const double at_front = density(estimator_of({{Kind::kCategorical, 0.0, 1.0}}, ages), {0.0});
  std::swap(ages.front(), ages.back());
  const double at_back = density(estimator_of({{Kind::kCategorical, 0.0, 1.0}}, ages), {0.0});
  EXPECT_GT(at_back, 1.5 * at_front);
}

TEST(ParzenEstimator, StaysFiniteFarFromAllItsObservations) {
  const Points observations(500, {0.0, 0.0});
  const ParzenEstimator estimator =
      estimator_of({{Kind::kContinuous, 0.0, 1.0}, {Kind::kDiscrete, 0.0, 1e6}}, observations);
  EXPECT_TRUE(std::isfinite(estimator.log_densities(std::vector{1.0, 1e6}).front()));
  EXPECT_LT(estimator.log_densities(std::vector{1.0, 1e6}).front(),
            estimator.log_densities(std::vector{0.0, 0.0}).front());
}

TEST(ParzenEstimator, AcceptsCoordinatesWithoutChoice) {
  const ParzenEstimator estimator =
      estimator_of({{Kind::kContinuous, 2.0, 2.0}, {Kind::kDiscrete, 7.0, 7.0}, {Kind::kCategorical, 0.0, 0.0}},
                   Points{{2.0, 7.0, 0.0}});
  Random random(1);
  EXPECT_EQ(estimator.sample(1, random), (std::vector<double>{2.0, 7.0, 0.0}));
  EXPECT_NEAR(estimator.log_densities(std::vector{2.0, 7.0, 0.0}).front(), 0.0, 1e-6);
}

}  // namespace
}  // namespace nascent
