#include "surrogate/sobol.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "support/seed.h"

namespace nascent {
namespace {

class SobolSequence : public ::testing::Test {
 protected:
  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
};

TEST_F(SobolSequence, HasOnePointInEverySliceOfEveryCoordinate) {
  constexpr std::size_t kPoints = 1024;
  const Sobol sequence(Sobol::kDimensions, seed_);
  std::vector<std::set<int>> slices(Sobol::kDimensions);
  for (std::size_t i = 0; i < kPoints; ++i) {
    const std::vector<double> point = sequence.point(i);
    for (std::size_t d = 0; d < point.size(); ++d) {
      ASSERT_GE(point[d], 0.0);
      ASSERT_LT(point[d], 1.0);
      slices[d].insert(static_cast<int>(point[d] * kPoints));
    }
  }
  // This also proves the direction numbers: an even one, or a polynomial that is not primitive, would break a
  // coordinate.
  for (std::size_t d = 0; d < slices.size(); ++d) EXPECT_EQ(slices[d].size(), kPoints) << "coordinate " << d;
}

TEST_F(SobolSequence, KeepsThatPropertyInEveryLaterBlock) {
  const Sobol sequence(20, seed_);
  for (std::size_t d = 0; d < 20; ++d) {
    std::set<int> slices;
    for (std::uint64_t i = 3 * 256; i < 4 * 256; ++i) slices.insert(static_cast<int>(sequence.point(i)[d] * 256));
    EXPECT_EQ(slices.size(), 256u) << "coordinate " << d;
  }
}

TEST_F(SobolSequence, FillsEveryElementaryRectangleOfTheFirstTwoCoordinates) {
  // The first two coordinates are a (0, 2)-sequence: every rectangle of 2^-a by 2^-(8-a) holds one of 256 points.
  const Sobol sequence(2, seed_);
  for (int a = 0; a <= 8; ++a) {
    std::set<std::pair<int, int>> cells;
    for (std::uint64_t i = 0; i < 256; ++i) {
      const std::vector<double> point = sequence.point(i);
      cells.insert({static_cast<int>(std::ldexp(point[0], a)), static_cast<int>(std::ldexp(point[1], 8 - a))});
    }
    EXPECT_EQ(cells.size(), 256u) << a;
  }
}

TEST_F(SobolSequence, LeavesNoPairOfCoordinatesUneven) {
  // Of 4096 points a square of 1/8 by 1/8 expects 64. Random points stray by 8 (one standard deviation), so that among
  // the 64 * 1770 squares of all pairs the worst is off by 30 or more. Here none of the first 60 coordinates may be off
  // by more than 32, and most pairs are exact.
  constexpr std::size_t kDimensions = 60;
  const Sobol sequence(kDimensions, seed_);
  std::vector<std::vector<double>> points;
  for (std::uint64_t i = 0; i < 4096; ++i) points.push_back(sequence.point(i));
  int exact = 0;
  int pairs = 0;
  for (std::size_t a = 0; a < kDimensions; ++a) {
    for (std::size_t b = a + 1; b < kDimensions; ++b) {
      int counts[64] = {};
      for (const auto& point : points) ++counts[static_cast<int>(point[a] * 8) * 8 + static_cast<int>(point[b] * 8)];
      const auto [least, most] = std::minmax_element(counts, counts + 64);
      EXPECT_LE(64 - *least, 32) << a << " and " << b;
      EXPECT_LE(*most - 64, 32) << a << " and " << b;
      exact += *least == 64 && *most == 64 ? 1 : 0;
      ++pairs;
    }
  }
  EXPECT_GT(exact, pairs * 8 / 10);
}

TEST_F(SobolSequence, IsScrambledBySeedAndUniformPointByPoint) {
  EXPECT_EQ(Sobol(3, seed_).point(5), Sobol(3, seed_).point(5));
  EXPECT_NE(Sobol(3, seed_).point(5), Sobol(3, seed_ + 1).point(5));
  // The same point under many scramblings: chi-square over 16 cells exceeds 60 with probability 2e-7.
  for (const std::uint64_t index : {0, 1, 6}) {
    int counts[16] = {};
    constexpr int kSeeds = 8000;
    for (int i = 0; i < kSeeds; ++i)
      ++counts[static_cast<int>(Sobol(4, seed_ + static_cast<std::uint64_t>(i)).point(index)[3] * 16)];
    double chi_square = 0.0;
    for (const int count : counts) chi_square += std::pow(count - kSeeds / 16.0, 2) / (kSeeds / 16.0);
    EXPECT_LT(chi_square, 60.0) << index;
  }
}

TEST_F(SobolSequence, GoesOnWithRandomNumbersBeyondItsTable) {
  const std::vector<double> point = Sobol(Sobol::kDimensions + 5, seed_).point(1);
  ASSERT_EQ(point.size(), Sobol::kDimensions + 5);
  EXPECT_EQ(std::set<double>(point.end() - 5, point.end()).size(), 5u);
}

}  // namespace
}  // namespace nascent
