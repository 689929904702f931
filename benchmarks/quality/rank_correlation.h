#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/core/random.h"

namespace nascent {

using Values = std::vector<double>;

/// Tau-b, which takes ties into account (Kendall 1945); NaN where one side is all ties.
inline double kendall(const Values& a, const Values& b) {
  double sum = 0.0;
  double pairs_a = 0.0;
  double pairs_b = 0.0;
  const auto sign = [](double x) { return static_cast<double>((x > 0.0) - (x < 0.0)); };
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double one = sign(a[i] - a[j]);
      const double other = sign(b[i] - b[j]);
      sum += one * other;
      pairs_a += one * one;
      pairs_b += other * other;
    }
  }
  return sum / std::sqrt(pairs_a * pairs_b);
}

/// Equal values share the mean of their ranks.
inline Values ranks(const Values& values) {
  Values result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    for (const double other : values) result[i] += other < values[i] ? 1.0 : other == values[i] ? 0.5 : 0.0;
  return result;
}

inline double spearman(const Values& a, const Values& b) {
  const Values x = ranks(a);
  const Values y = ranks(b);
  const double mean = static_cast<double>(a.size()) / 2.0;
  double xy = 0.0;
  double xx = 0.0;
  double yy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xy / std::sqrt(xx * yy);
}

/// The correlation and the middle 95 % of those of networks drawn anew with replacement.
inline Json with_interval(double (*correlation)(const Values&, const Values&), const Values& a, const Values& b,
                          std::uint64_t seed) {
  Random random(seed, 9);
  Values drawn;
  for (int round = 0; round < 2000; ++round) {
    Values x;
    Values y;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::size_t k = random.below(a.size());
      x.push_back(a[k]);
      y.push_back(b[k]);
    }
    const double value = correlation(x, y);
    if (std::isfinite(value)) drawn.push_back(value);
  }
  if (drawn.empty()) return nullptr;
  std::sort(drawn.begin(), drawn.end());
  return {{"value", correlation(a, b)},
          {"interval", {drawn[drawn.size() / 40], drawn[drawn.size() - 1 - drawn.size() / 40]}}};
}

}  // namespace nascent
