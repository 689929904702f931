#include "surrogate/acquisition.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nascent {
namespace {

// Reference values from power series in arithmetic with 700 digits.
TEST(LogImprovement, IsExactInTheMiddleAndFarIntoBothTails) {
  const struct {
    double z, value, slope;
  } cases[] = {{-30, -457.72465376059802, 30.066446154162421}, {-12, -77.909100545007348, 12.16335257158574},
               {-5, -16.744301162660989, 5.3618162412880883},  {-1.0001, -2.4853114564458836, 1.9043434317165273},
               {-1, -2.4851210257126413, 1.9042712333296918},  {-0.5, -1.6205162643873199, 1.5598731483480797},
               {0, -0.91893853320467278, 1.2533141373155003},  {0.7, -0.17093141922474067, 0.89934143441173919},
               {3, 1.0987396653277077, 0.33284096845179523},   {20, 2.9957322735539909, 0.050000000000000003}};
  for (const auto& [z, value, slope] : cases) {
    // Near z = -1 about three digits cancel; in the tails the logarithm is large and its relative error tiny.
    EXPECT_NEAR(log_improvement(z), value, 1e-12 * std::max(1.0, std::fabs(value))) << z;
    EXPECT_NEAR(log_improvement_slope(z) / slope, 1.0, 1e-10) << z;
  }
}

TEST(LogImprovement, HasNoStepWhereTheFormulaChanges) {
  for (const double z : {-1.0, -200.0}) {
    const double slope = log_improvement_slope(z);
    EXPECT_NEAR(log_improvement(z + 1e-7) - log_improvement(z - 1e-7), 2e-7 * slope, 1e-9 * slope) << z;
  }
}

TEST(LogImprovement, IsFiniteAndRisingHoweverFarOut) {
  double before = -std::numeric_limits<double>::infinity();
  for (const double z : {-1e8, -1e6, -1e4, -1e3, -300.0, -100.0, -20.0, -2.0, 0.0, 5.0, 1e3}) {
    EXPECT_TRUE(std::isfinite(log_improvement(z))) << z;
    EXPECT_GT(log_improvement(z), before) << z;
    before = log_improvement(z);
  }
}

TEST(LogExpectedImprovement, ScalesWithTheDeviation) {
  EXPECT_NEAR(log_expected_improvement(1.0, 0.5, 0.0), std::log(0.5) + log_improvement(-2.0), 1e-15);
  EXPECT_DOUBLE_EQ(log_expected_improvement(1.0, 0.0, 3.0), std::log(2.0));
  EXPECT_EQ(log_expected_improvement(3.0, 0.0, 1.0), -std::numeric_limits<double>::infinity());
}

TEST(ScaledErfc, IsExactOnBothSidesOfTheChangeOfMethod) {
  const struct {
    double x, value;
  } cases[] = {{0.0, 1.0},
               {0.5, 0.6156903441929259},
               {2.0, 0.25539567631050575},
               {4.99, 0.11091837045388812},
               {5.01, 0.11049171315279298},
               {8.0, 0.069985166200880924},
               {20.0, 0.028174348741051319}};
  // exp(x²) loses x² units in the last place: 25 of them at the change.
  for (const auto& [x, value] : cases) EXPECT_NEAR(scaled_erfc(x) / value, 1.0, 2e-14) << x;
}

}  // namespace
}  // namespace nascent
