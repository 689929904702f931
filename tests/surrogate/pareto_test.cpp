#include "surrogate/pareto.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<LossVector> random_points(std::size_t count, std::size_t losses, Random& random, bool coarse = false) {
  std::vector<LossVector> points(count, LossVector(losses));
  for (LossVector& point : points)
    for (double& loss : point) loss = coarse ? static_cast<double>(random.below(4)) : random.uniform();
  return points;
}

bool dominates(const LossVector& a, const LossVector& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] > b[i]) return false;
  return a != b;
}

/// By the definition: peel off what no remaining point dominates.
std::vector<std::size_t> ranks_by_peeling(const std::vector<LossVector>& points) {
  std::vector<std::size_t> ranks(points.size(), points.size());
  std::size_t left = points.size();
  for (std::size_t rank = 0; left > 0; ++rank) {
    std::vector<std::size_t> front;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (ranks[i] < rank) continue;
      bool best = true;
      for (std::size_t j = 0; j < points.size(); ++j)
        best = best && (ranks[j] < rank || !dominates(points[j], points[i]));
      if (best) front.push_back(i);
    }
    for (const std::size_t i : front) ranks[i] = rank;
    left -= front.size();
  }
  return ranks;
}

/// Of points on the grid {0, 1, 2, 3}^m with the reference (4, ..., 4): the number of unit cells that are dominated.
double cells_dominated(const std::vector<LossVector>& points, std::size_t losses) {
  double count = 0.0;
  for (std::size_t cell = 0; cell < std::size_t{1} << (2 * losses); ++cell) {
    const bool dominated = std::any_of(points.begin(), points.end(), [&](const LossVector& point) {
      for (std::size_t i = 0; i < losses; ++i)
        if (point[i] > static_cast<double>((cell >> (2 * i)) & 3)) return false;
      return true;
    });
    count += dominated ? 1.0 : 0.0;
  }
  return count;
}

TEST(NonDominatedRanks, AreThoseOfASmallExample) {
  const std::vector<LossVector> points{{1, 5}, {2, 3}, {4, 1}, {2, 6}, {3, 3}, {5, 5}, {2, 3}};
  EXPECT_EQ(non_dominated_ranks(points), (std::vector<std::size_t>{0, 0, 0, 1, 1, 2, 0}));
  EXPECT_EQ(non_dominated(points), (std::vector<std::size_t>{0, 1, 2, 6}));
  EXPECT_TRUE(non_dominated_ranks({}).empty());
}

TEST(NonDominatedRanks, AreTheOrderForOneLoss) {
  const std::vector<LossVector> points{{3.0}, {1.0}, {2.0}, {1.0}};
  EXPECT_EQ(non_dominated_ranks(points), (std::vector<std::size_t>{2, 0, 1, 0}));
}

TEST(NonDominatedRanks, AgreeWithTheDefinitionForAnyNumberOfLosses) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (std::size_t losses = 1; losses <= 5; ++losses) {
    for (const bool coarse : {false, true}) {
      for (int repeat = 0; repeat < 10; ++repeat) {
        const std::vector<LossVector> points = random_points(60, losses, random, coarse);
        ASSERT_EQ(non_dominated_ranks(points), ranks_by_peeling(points)) << losses << " losses, coarse " << coarse;
      }
    }
  }
}

TEST(CrowdingDistances, AreThoseOfTheirDefinition) {
  // Ranges 4 and 8; of the second point (3 - 0) / 4 + (8 - 2) / 8, of the third (4 - 1) / 4 + (4 - 0) / 8.
  const std::vector<LossVector> front{{0, 8}, {1, 4}, {3, 2}, {4, 0}};
  EXPECT_EQ(crowding_distances(front), (std::vector<double>{kInfinity, 0.75 + 0.75, 0.75 + 0.5, kInfinity}));
}

TEST(CrowdingDistances, StayFiniteWhereALossIsTheSameForAll) {
  const std::vector<LossVector> front{{1, 1}, {1, 1}, {1, 1}};
  const std::vector<double> distances = crowding_distances(front);
  EXPECT_EQ(distances[1], 0.0);
  EXPECT_EQ(crowding_distances(std::vector<LossVector>{{2, 3}}), std::vector<double>{kInfinity});
}

TEST(OrderByFronts, PutsTheLoneliestOfAFrontFirst) {
  // The first front is 1, 2, 3, 5: the ends, then 2, which is further from its neighbours than 3; behind it 0, then 4.
  const std::vector<LossVector> points{{5, 5}, {0, 9}, {3, 3}, {8, 0.5}, {6, 6}, {9, 0}};
  EXPECT_EQ(order_by_fronts(points), (std::vector<std::size_t>{1, 5, 2, 3, 0, 4}));
  EXPECT_TRUE(order_by_fronts({}).empty());
}

TEST(Hypervolume, IsTheAreaBelowAStaircase) {
  const std::vector<LossVector> points{{1, 3}, {2, 2}, {3, 1}, {3, 3}, {0, 5}, {2, 2}};
  EXPECT_DOUBLE_EQ(hypervolume(points, {4, 4}), 6.0);
  EXPECT_DOUBLE_EQ(hypervolume(points, {1, 1}), 0.0) << "nothing is better than the reference";
  EXPECT_DOUBLE_EQ(hypervolume({}, {1, 1}), 0.0);
  EXPECT_DOUBLE_EQ(hypervolume(std::vector<LossVector>{{2.0}, {1.5}}, {4.0}), 2.5);
}

TEST(Hypervolume, CountsTheCellsOfAGridForTwoToFiveLosses) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (std::size_t losses = 2; losses <= 5; ++losses) {
    for (int repeat = 0; repeat < 20; ++repeat) {
      const std::vector<LossVector> points = random_points(1 + random.below(12), losses, random, true);
      // All sums are of whole numbers, so they are exact.
      ASSERT_EQ(hypervolume(points, LossVector(losses, 4.0)), cells_dominated(points, losses)) << losses;
    }
  }
}

TEST(Hypervolume, OfASphereApproachesItsKnownVolume) {
  // Points on the positive part of the unit sphere dominate all of [0, 1]³ but (nearly) the eighth of the ball.
  Random random(3);
  std::vector<LossVector> points = random_points(20000, 3, random);
  for (LossVector& point : points) {
    double norm = 0.0;
    for (double& x : point) x = std::fabs(random.normal());
    for (const double x : point) norm += x * x;
    for (double& x : point) x /= std::sqrt(norm);
  }
  // What 20,000 points leave out is a layer of about their mean distance, 0.01 thick at most: 0.0050 with this seed.
  EXPECT_NEAR(hypervolume(points, {1.0, 1.0, 1.0}), 1.0 - std::acos(-1.0) / 6.0, 0.006);
  EXPECT_LT(hypervolume(points, {1.0, 1.0, 1.0}), 1.0 - std::acos(-1.0) / 6.0);
}

TEST(Hypervolume, AddsALossThatIsTheSameForAllAsAFactor) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (std::size_t losses = 2; losses <= 4; ++losses) {
    std::vector<LossVector> points = random_points(30, losses, random);
    const double without = hypervolume(points, LossVector(losses, 1.0));
    for (LossVector& point : points) point.push_back(0.25);
    // The two ways of adding up differ by rounding, about 30 times 1e-16.
    EXPECT_NEAR(hypervolume(points, LossVector(losses + 1, 1.0)), 0.75 * without, 1e-13);
  }
}

TEST(HypervolumeContributions, AreWhatIsLostWithoutThePoint) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (std::size_t losses = 2; losses <= 4; ++losses) {
    const std::vector<LossVector> points = random_points(25, losses, random);
    const LossVector reference(losses, 0.9);
    const std::vector<double> contributions = hypervolume_contributions(points, reference);
    for (std::size_t i = 0; i < points.size(); ++i) {
      std::vector<LossVector> others = points;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_NEAR(contributions[i], hypervolume(points, reference) - hypervolume(others, reference), 1e-13);
    }
  }
  EXPECT_EQ(hypervolume_contributions(std::vector<LossVector>{{1, 1}, {1, 1}, {2, 2}}, {3, 3}),
            (std::vector<double>{0.0, 0.0, 0.0}));
}

}  // namespace
}  // namespace nascent
