#include "surrogate/categorical_distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/seed.h"

namespace nascent {
namespace {

using Categories = std::vector<int>;

/// `generations` of ten points ranked by how many variables have category 1.
void learn(CategoricalDistribution& distribution, int generations, Random& random) {
  for (int g = 0; g < generations; ++g) {
    std::vector<Categories> points;
    for (int i = 0; i < 10; ++i) points.push_back(distribution.sample(random));
    std::stable_sort(points.begin(), points.end(), [](const Categories& a, const Categories& b) {
      return std::count(a.begin(), a.end(), 1) > std::count(b.begin(), b.end(), 1);
    });
    distribution.update(points);
  }
}

TEST(CategoricalDistribution, BeginsEvenly) {
  const CategoricalDistribution distribution({2, 4}, 0.1);
  EXPECT_EQ(distribution.probabilities(0), (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(distribution.probabilities(1), (std::vector<double>{0.25, 0.25, 0.25, 0.25}));
}

TEST(CategoricalDistribution, LearnsWhatGoodPointsHaveAndKeepsItsMargin) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  constexpr double kMargin = 0.06;
  CategoricalDistribution distribution({3, 5, 2, 4}, kMargin);
  learn(distribution, 60, random);
  for (std::size_t v = 0; v < 4; ++v) {
    const std::vector<double>& q = distribution.probabilities(v);
    EXPECT_NEAR(std::accumulate(q.begin(), q.end(), 0.0), 1.0, 1e-12);
    // The optimum keeps 1 - margin at most. In 2,000 runs none was below 0.5 after 60 generations.
    EXPECT_GT(q[1], 0.5) << v;
    EXPECT_LT(q[1], 1.0 - kMargin + 1e-9) << v;
    for (const double p : q) EXPECT_GE(p, kMargin / static_cast<double>(q.size() - 1) - 1e-12);
  }
}

TEST(CategoricalDistribution, LearnsNothingAboutAVariableThatNoPointHas) {
  Random random(3);
  CategoricalDistribution distribution({3, 3}, 0.1);
  for (int g = 0; g < 5; ++g) {
    std::vector<Categories> points;
    for (int i = 0; i < 8; ++i) points.push_back({i < 4 ? 1 : 2, CategoricalDistribution::kInactive});
    distribution.update(points);
  }
  EXPECT_GT(distribution.probabilities(0)[1], 0.5);
  EXPECT_EQ(distribution.probabilities(1), (std::vector<double>(3, 1.0 / 3.0)));
}

TEST(CategoricalDistribution, DrawsWithItsProbabilities) {
  Random random(4);
  CategoricalDistribution distribution({4, 2}, 0.1);
  learn(distribution, 6, random);
  std::vector<double> counts(4, 0.0);
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) counts[static_cast<std::size_t>(distribution.sample(random)[0])] += 1.0;
  // Four standard deviations of a share of 20,000 draws: 4 * 0.5 / sqrt(20000) = 0.014.
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(counts[k] / kDraws, distribution.probabilities(0)[k], 0.015);
}

}  // namespace
}  // namespace nascent
