#include "surrogate/kernel_loops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent {
namespace {

TEST(SumOfExponentials, HasTheStatedErrorOverItsWholeRange) {
  const float one = 1.0f;
  double largest = 0.0;
  for (int i = 0; i <= 700000; ++i) {
    const float term = -1e-4f * static_cast<float>(i);
    const double exact = std::exp(static_cast<double>(term));
    largest = std::max(largest, std::fabs(sum_of_exponentials(&term, &one, 0.0f, 1) / exact - 1.0));
  }
  EXPECT_LT(largest, 3e-7);
  EXPECT_GT(largest, 0.0) << "single precision cannot be exact";
}

TEST(SumOfExponentials, AddsWhatIsTooSmallToCount) {
  const std::vector<float> terms{0.0f, -200.0f, -1e30f};
  const std::vector<float> weights{1.0f, 1.0f, 1.0f};
  EXPECT_NEAR(sum_of_exponentials(terms.data(), weights.data(), 0.0f, 3), 1.0, 1e-12);
}

class KernelLoops : public ::testing::TestWithParam<std::size_t> {
 protected:
  std::vector<float> drawn(float low, float high) {
    std::vector<float> values(GetParam());
    for (float& value : values) value = static_cast<float>(random_.uniform(low, high));
    return values;
  }

  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
};

TEST_P(KernelLoops, SumTheSameAsTheirFormula) {
  const std::vector<float> terms = drawn(-60.0f, -3.0f);
  const std::vector<float> weights = drawn(0.0f, 1.0f);
  double expected = 0.0;
  float largest = terms.front();
  for (std::size_t k = 0; k < terms.size(); ++k) largest = std::max(largest, terms[k]);
  EXPECT_EQ(largest_term(terms.data(), terms.size()), largest);
  for (std::size_t k = 0; k < terms.size(); ++k)
    expected += static_cast<double>(weights[k]) * std::exp(static_cast<double>(terms[k] - largest));
  // Below 3e-7 an exponential, and one rounding of 6e-8 for each of the at most 130 additions of a lane.
  EXPECT_NEAR(sum_of_exponentials(terms.data(), weights.data(), largest, terms.size()) / expected, 1.0, 1e-5);
}

TEST_P(KernelLoops, AddTheSameAsTheirFormulas) {
  const std::vector<float> mean = drawn(0.0f, 1.0f);
  const std::vector<float> scale = drawn(0.7f, 23.0f);
  const std::vector<float> start = drawn(-1.0f, 1.0f);
  std::vector<std::uint32_t> row;
  for (std::size_t k = 0; k < mean.size(); ++k) row.push_back(static_cast<std::uint32_t>(random_.below(5)));
  const std::vector<float> table{1.0f, 2.0f, 4.0f, 8.0f, 16.0f};
  std::vector<float> squares = start, cells = start, matches = start, found(start.size());
  subtract_squares(0.3f, mean.data(), scale.data(), squares.data(), mean.size());
  subtract_cell_squares(0.3f, 1e-3f, 2e-3f, mean.data(), scale.data(), cells.data(), mean.size());
  add_matches(mean.front(), 2.0f, -3.0f, mean.data(), matches.data(), mean.size());
  look_up(table.data(), row.data(), found.data(), row.size());
  for (std::size_t k = 0; k < mean.size(); ++k) {
    const double s = static_cast<double>(scale[k]) * static_cast<double>(scale[k]);
    const double z = (0.3 - static_cast<double>(mean[k])) * static_cast<double>(scale[k]);
    // Values of up to 260: a few roundings of 3e-5.
    EXPECT_NEAR(static_cast<double>(squares[k]), static_cast<double>(start[k]) - z * z, 2e-4) << k;
    EXPECT_NEAR(static_cast<double>(cells[k]), static_cast<double>(start[k]) - z * z * (1 - 1e-3 * s) - 2e-3 * s, 2e-4)
        << k;
    EXPECT_EQ(matches[k], start[k] + (mean[k] == mean.front() ? 2.0f : -3.0f)) << k;
    EXPECT_EQ(found[k], table[row[k]]) << k;
  }
}

// Around the eight lanes, and a number of whole blocks and a rest.
INSTANTIATE_TEST_SUITE_P(Sizes, KernelLoops, ::testing::Values(1, 7, 8, 9, 16, 1003));

}  // namespace
}  // namespace nascent
