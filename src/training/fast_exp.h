#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace nascent {

/// exp(x) with a relative error below 3e-7, written so that a compiler can put it into vector units (std::exp is a call
/// for each number). The argument is clamped to where the result is a normal float; NaN stays NaN.
[[gnu::always_inline]] inline float fast_exp(float x) {
  constexpr float kRounder = 12582912.0F;  // 1.5 * 2^23: adding it rounds to a whole number
  const float clamped = x < -87.0F ? -87.0F : (x > 88.0F ? 88.0F : x);
  const float whole = (clamped * 1.44269504F + kRounder) - kRounder;
  const float rest = (clamped - whole * 0.693359375F) + whole * 2.12194440e-4F;  // ln 2 in two parts
  // The Taylor series to the sixth order: |rest| <= ln(2) / 2.
  float sum = 1.0F / 720.0F;
  sum = sum * rest + 1.0F / 120.0F;
  sum = sum * rest + 1.0F / 24.0F;
  sum = sum * rest + 1.0F / 6.0F;
  sum = sum * rest + 0.5F;
  sum = sum * rest + 1.0F;
  sum = sum * rest + 1.0F;
  // A conversion of NaN is undefined; its bits must not matter, since sum is NaN already.
  const std::int32_t exponent = static_cast<std::int32_t>(clamped == clamped ? whole : 0.0F) + 127;
  return sum * std::bit_cast<float>(exponent << 23);
}

}  // namespace nascent
