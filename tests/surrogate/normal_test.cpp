#include "surrogate/normal.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nascent {
namespace {

// Reference values from mpmath with 60 digits.
TEST(NormalLogCdf, IsExactFarIntoBothTails) {
  const struct {
    double x, expected;
  } cases[] = {{-100.0, -5005.5242086942051}, {-40.0, -804.60844201375379},  {-37.5, -707.66898931750719},
               {-36.5, -670.6420000003137},   {-20.0, -203.91715537109726},  {-5.0, -15.064998393988726},
               {-1.0, -1.8410216450092635},   {0.0, -0.69314718055994531},   {1.0, -0.17275377902344989},
               {5.0, -2.8665161296376359e-7}, {9.0, -1.1285884059538406e-19}};
  for (const auto& [x, expected] : cases) EXPECT_NEAR(normal_log_cdf(x) / expected, 1.0, 1e-12) << x;
}

TEST(NormalLogCdf, HasNoStepWhereTheFormulaChanges) {
  // The slope of log Φ at -37 is 37.03; over 2e-9 it rises by 7.4e-8, and rounding adds less than 1e-12.
  EXPECT_NEAR(normal_log_cdf(-37.0 + 1e-9) - normal_log_cdf(-37.0 - 1e-9), 7.4e-8, 1e-9);
  EXPECT_NEAR(normal_log_cdf(1e-12) - normal_log_cdf(-1e-12), 0.0, 1e-11);
}

TEST(NormalLogMass, IsExactForNarrowWideAndFarIntervals) {
  const struct {
    double a, b, expected;
  } cases[] = {
      {-1.0, 1.0, -0.38171514630212607}, {-0.001, 0.002, -6.7280820235185501},  {0.0, 1e-09, -21.642204370151084},
      {2.0, 2.001, -9.8276938121035865}, {-8.0, -7.5, -31.095579450839753},     {30.0, 31.0, -454.32124395634325},
      {50.0, 50.5, -1254.831361139432},  {-200.0, -199.0, -19806.712268608223}, {-5.0, 40.0, -2.8665161296376359e-7},
      {7.0, 9.0, -27.384307586994963},   {-10.0, -9.9999, -60.128778865183604}};
  for (const auto& [a, b, expected] : cases)
    EXPECT_NEAR(normal_log_mass(a, b), expected, 1e-9 * std::fabs(expected) + 1e-12) << a << " " << b;
}

TEST(NormalLogMass, IsSymmetric) {
  for (const double a : {-45.0, -3.0, 0.0, 0.5, 8.0, 40.0})
    EXPECT_DOUBLE_EQ(normal_log_mass(a, a + 0.7), normal_log_mass(-a - 0.7, -a));
}

}  // namespace
}  // namespace nascent
