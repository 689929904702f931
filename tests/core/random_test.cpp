#include "nascent/core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nascent/core/error.h"
#include "support/seed.h"

namespace nascent {
namespace {

// Studies are rebuilt from their seeds, so these numbers must never change. They come from an independent program.
TEST(Random, GivesTheNumbersOfItsAlgorithm) {
  Random random(42, 7);
  for (const unsigned long long expected :
       {0xf32799fb18a1c6dfULL, 0x66713433387686fbULL, 0xbc40cd66a7abf0ebULL, 0x629518319309705ULL})
    EXPECT_EQ(random.next(), expected);
}

TEST(Random, HasIndependentStreams) {
  Random a(1, 0), b(1, 1), c(2, 0), copy(1, 0);
  const std::uint64_t first = a.next();
  EXPECT_EQ(first, copy.next());
  EXPECT_NE(first, b.next());
  EXPECT_NE(first, c.next());
  Random fork = a;
  EXPECT_EQ(a.next(), fork.next());
}

TEST(Random, DrawsNumbersWithinTheirBounds) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (int i = 0; i < 2000; ++i) {
    const double unit = random.uniform();
    ASSERT_TRUE(unit >= 0.0 && unit < 1.0);
    const std::int64_t integer = random.integer(-3, 2);
    ASSERT_TRUE(integer >= -3 && integer <= 2);
    ASSERT_LT(random.below(7), 7u);
    const double real = random.uniform(-5.0, -4.0);
    ASSERT_TRUE(real >= -5.0 && real < -4.0);
  }
  EXPECT_EQ(random.integer(4, 4), 4);
  EXPECT_THROW(random.below(0), InternalError);
}

TEST(Random, DrawsIntegersEvenly) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  constexpr int kDraws = 30000;
  std::vector<int> counts(6, 0);
  for (int i = 0; i < kDraws; ++i) ++counts[static_cast<std::size_t>(random.integer(-3, 2) + 3)];
  double chi_square = 0.0;
  for (const int count : counts) chi_square += (count - kDraws / 6.0) * (count - kDraws / 6.0) / (kDraws / 6.0);
  // Chi-square with 5 degrees of freedom exceeds 45 with probability 1.5e-8.
  EXPECT_LT(chi_square, 45.0);
}

TEST(Random, DrawsStandardNormalNumbers) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  constexpr int kDraws = 20000;
  double sum = 0.0;
  double squares = 0.0;
  int outside = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    outside += std::fabs(x) > 1.959964 ? 1 : 0;
  }
  // Six standard errors each: 1/sqrt(n), sqrt(2/n) and sqrt(0.05 * 0.95 / n).
  EXPECT_NEAR(sum / kDraws, 0.0, 6.0 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 1.0, 6.0 * std::sqrt(2.0 / kDraws));
  EXPECT_NEAR(static_cast<double>(outside) / kDraws, 0.05, 6.0 * std::sqrt(0.05 * 0.95 / kDraws));
}

TEST(Random, DrawsByWeightAndNeverWhatWeighsNothing) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const std::vector<double> weights{0.0, 3.0, 0.0, 1.0};
  constexpr int kDraws = 8000;
  std::vector<int> counts(4, 0);
  for (int i = 0; i < kDraws; ++i) ++counts[random.weighted(weights)];
  EXPECT_EQ(counts[0] + counts[2], 0);
  EXPECT_NEAR(counts[1] / static_cast<double>(kDraws), 0.75, 6.0 * std::sqrt(0.75 * 0.25 / kDraws));
  EXPECT_THROW(random.weighted(std::vector<double>{0.0, 0.0}), InternalError);
}

TEST(Random, ShufflesWithoutLosingAnything) {
  Random random(3);
  std::vector<int> items(50);
  std::iota(items.begin(), items.end(), 0);
  const std::vector<int> original = items;
  random.shuffle(items);
  EXPECT_NE(items, original);
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, original);
}

}  // namespace
}  // namespace nascent
