#include "training/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nascent {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Schedule, ProgressFollowsWhicheverRunsOutFirst) {
  const Progress both(100.0, 10.0);
  EXPECT_DOUBLE_EQ(both.at(50.0, 1.0), 0.5);
  EXPECT_DOUBLE_EQ(both.at(50.0, 8.0), 0.8);
  EXPECT_DOUBLE_EQ(both.at(500.0, 1.0), 1.0);
  EXPECT_DOUBLE_EQ(Progress(kInfinity, 10.0).at(1e9, 5.0), 0.5);
  EXPECT_DOUBLE_EQ(Progress(100.0, kInfinity).at(25.0, 1e9), 0.25);
}

TEST(Schedule, NothingToDoOrNoTimeMeansDone) {
  EXPECT_DOUBLE_EQ(Progress(100.0, -1.0).at(0.0, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(Progress(0.0, 10.0).at(0.0, 0.0), 1.0);
}

TEST(Schedule, OneCycleRisesToThePeakAndFallsToZero) {
  EXPECT_NEAR(one_cycle(0.0), 0.1, 1e-12);
  EXPECT_NEAR(one_cycle(0.15), 1.0, 1e-12);
  EXPECT_NEAR(one_cycle(1.0), 0.0, 1e-12);
  for (double t = 0.0; t < 0.99; t += 0.01) {
    if (t < 0.14) {
      EXPECT_LT(one_cycle(t), one_cycle(t + 0.01));
    } else if (t > 0.15) {
      EXPECT_GT(one_cycle(t), one_cycle(t + 0.01));
    }
  }
}

TEST(Schedule, CosLog4HasFourPeaksAndEndsEachCycleAtZero) {
  for (const double end : {0.0, 1.0 / 15.0, 3.0 / 15.0, 7.0 / 15.0, 1.0}) EXPECT_NEAR(coslog4(end), 0.0, 1e-12) << end;
  // The peak of each cycle is halfway on the logarithmic scale.
  for (int k = 0; k < 4; ++k) EXPECT_NEAR(coslog4((std::pow(2.0, k + 0.5) - 1.0) / 15.0), 1.0, 1e-12) << k;
}

TEST(Schedule, FlatCosineIsWholeForTheFirstHalf) {
  EXPECT_DOUBLE_EQ(flat_cosine(0.3), 1.0);
  EXPECT_NEAR(flat_cosine(0.75), 0.5, 1e-12);
  EXPECT_NEAR(flat_cosine(1.0), 0.0, 1e-12);
}

}  // namespace
}  // namespace nascent
