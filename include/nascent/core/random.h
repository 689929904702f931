#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace nascent {

/// A small random number generator (xoshiro256++, Blackman & Vigna 2019), seeded through splitmix64.
///
/// It exists because the distributions of the C++ standard library differ between implementations, and one seed must
/// give the same trials everywhere. A value: copy it to fork the same stream, use `Random(seed, stream)` for
/// independent streams. Not safe for use by several threads at once.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t next();

  /// Uniform in [0, 1).
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high);
  /// Uniform in {0, ..., bound - 1}, without bias. Requires bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in {low, ..., high}, both included.
  std::int64_t integer(std::int64_t low, std::int64_t high);
  /// Standard normal (polar method).
  double normal();
  /// True with the given probability.
  bool chance(double probability);
  /// An index drawn with probability proportional to its weight. Requires a positive sum.
  std::size_t weighted(std::span<const double> weights);

  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_[4];
};

/// Mixes several numbers into one well-spread seed (splitmix64 over each).
std::uint64_t mix_seed(std::uint64_t a, std::uint64_t b);

}  // namespace nascent
