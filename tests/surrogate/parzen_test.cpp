#include "surrogate/parzen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "support/seed.h"
#include "surrogate/normal.h"

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

/// One of each kind; of the whole numbers on a logarithm the small ones have wide cells and the large ones narrow.
std::vector<ParzenDimension> every_kind() {
  return {{Kind::kContinuous, -2.0, 3.0},     {Kind::kDiscrete, 0.0, 10.0, 1.0},
          {Kind::kDiscrete, 0.0, 1.0, 0.001}, {Kind::kDiscrete, 0.0, std::log(1000.0), 1.0, true},
          {Kind::kCategorical, 0.0, 3.0},     {Kind::kContinuous, 4.0, 4.0}};
}

std::vector<double> drawn_point(Random& random) {
  return {random.uniform(-2.0, 3.0),
          static_cast<double>(random.integer(0, 10)),
          0.001 * static_cast<double>(random.integer(0, 1000)),
          std::log(static_cast<double>(random.integer(1, 1000))),
          static_cast<double>(random.integer(0, 3)),
          4.0};
}

/// The formula, without any of the ways to compute it fast.
double reference_log_density(const std::vector<ParzenDimension>& dimensions, const Points& observations,
                             const std::vector<double>& point) {
  const std::size_t n = observations.size();
  const auto kernels = static_cast<double>(n + 1);
  std::vector<double> weights(n + 1, 1.0);
  for (std::size_t k = 0; k + 25 < n; ++k)
    weights[k] = 1.0 / static_cast<double>(n) + (1.0 - 1.0 / static_cast<double>(n)) * static_cast<double>(k) /
                                                    static_cast<double>(std::max<std::size_t>(n, 27) - 26);
  double total = 0.0;
  for (const double weight : weights) total += weight;
  std::vector<double> products = weights;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    const ParzenDimension& dimension = dimensions[d];
    if (dimension.low == dimension.high) continue;
    if (dimension.kind == Kind::kCategorical) {
      for (std::size_t k = 0; k < n; ++k)
        products[k] *= ((observations[k][d] == point[d] ? 1.0 : 0.0) + 1.0 / kernels) / (1.0 + 4.0 / kernels);
      products[n] *= 0.25;
      continue;
    }
    const auto edge = [&](double value, double steps) {
      if (dimension.kind == Kind::kContinuous) return value;
      return dimension.log ? std::log(std::exp(value) + 0.5 * steps) : value + 0.5 * steps * dimension.step;
    };
    const double low = edge(dimension.low, -1.0);
    const double high = edge(dimension.high, 1.0);
    std::vector<double> means;
    for (const std::vector<double>& observation : observations) means.push_back(observation[d]);
    means.push_back(0.5 * (low + high));
    std::vector<std::size_t> order(n + 1);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return means[a] < means[b]; });
    const double least = std::max(0.03, std::pow(kernels + 1.0, -2.0)) * (high - low);
    for (std::size_t i = 0; i <= n; ++i) {
      const std::size_t k = order[i];
      double width = i > 0 ? means[k] - means[order[i - 1]] : 0.0;
      if (i < n) width = std::max(width, means[order[i + 1]] - means[k]);
      const double cell = 0.5 * (edge(means[k], 1.0) - edge(means[k], -1.0));
      width = k == n ? high - low : std::clamp(width, std::max(least, cell), high - low);
      const double log_range = normal_log_mass((low - means[k]) / width, (high - means[k]) / width);
      const double z = (point[d] - means[k]) / width;
      if (dimension.kind == Kind::kContinuous) {
        products[k] *= std::exp(-0.5 * z * z - log_range) / (width * std::sqrt(2.0 * M_PI));
      } else {
        const double left = (edge(point[d], -1.0) - means[k]) / width;
        const double right = (edge(point[d], 1.0) - means[k]) / width;
        products[k] *= std::exp(normal_log_mass(left, right) - log_range);
      }
    }
  }
  double sum = 0.0;
  for (const double product : products) sum += product;
  return std::log(sum / total);
}

TEST(ParzenEstimator, IsItsFormulaForManyObservationsOfEveryKind) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  // 1300 do not fit into one block of kernels.
  for (const std::size_t n : {0u, 1u, 4u, 26u, 60u, 1300u}) {
    Points observations;
    for (std::size_t i = 0; i < n; ++i) observations.push_back(drawn_point(random));
    const ParzenEstimator estimator = estimator_of(every_kind(), observations);
    std::vector<double> points;
    for (int i = 0; i < 10; ++i) {
      const std::vector<double> point = drawn_point(random);
      points.insert(points.end(), point.begin(), point.end());
    }
    const std::vector<double> densities = estimator.log_densities(points);
    for (std::size_t i = 0; i < densities.size(); ++i) {
      const std::vector<double> point(points.begin() + static_cast<std::ptrdiff_t>(6 * i),
                                      points.begin() + static_cast<std::ptrdiff_t>(6 * i + 6));
      // Single precision of the terms, and the fourth power of half a standard deviation that the expansion leaves out.
      EXPECT_NEAR(densities[i], reference_log_density(every_kind(), observations, point), 5e-4) << n << " " << i;
    }
  }
}

TEST(ParzenEstimator, DependsOnWhatItHoldsAndNotOnWhatCameBefore) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  Points observations;
  for (int i = 0; i < 80; ++i) observations.push_back(drawn_point(random));
  ParzenEstimator direct(every_kind());
  for (std::uint32_t i = 0; i < 40; ++i) direct.insert(2 * i, observations[2 * i]);

  std::vector<std::uint32_t> ids(observations.size());
  std::iota(ids.begin(), ids.end(), 0u);
  random.shuffle(ids);
  ParzenEstimator roundabout(every_kind());
  for (const std::uint32_t id : ids) roundabout.insert(id, observations[id]);
  random.shuffle(ids);
  for (const std::uint32_t id : ids)
    if (id % 2 == 1) roundabout.erase(id);

  ASSERT_EQ(roundabout.observations(), 40u);
  std::vector<double> points;
  for (const std::vector<double>& point : observations) points.insert(points.end(), point.begin(), point.end());
  EXPECT_EQ(roundabout.log_densities(points), direct.log_densities(points));
  Random one(seed), other(seed);
  EXPECT_EQ(roundabout.sample(20, one), direct.sample(20, other));
}

TEST(ParzenEstimator, CountsCellsThatAreTooNarrowForTheirEdgesToDiffer) {
  const double most = 9.0e15;
  const ParzenEstimator estimator =
      estimator_of({{Kind::kDiscrete, 0.0, most, 1.0}, {Kind::kDiscrete, 0.0, std::log(most), 1.0, true}},
                   Points{{0.5 * most, std::log(0.5 * most)}, {most, std::log(most)}});
  for (const double x : {0.0, 0.25 * most, most})
    EXPECT_TRUE(std::isfinite(estimator.log_densities(std::vector{x, std::log(std::max(1.0, x))}).front())) << x;
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
