#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nascent {

/// The Sobol sequence: points of the unit cube that fill it more evenly than random ones. Of the first 2^k points each
/// of the 2^k equal slices of every coordinate holds exactly one.
///
/// With Owen's scrambling: every coordinate is permuted within itself at every binary digit, at random but in a way
/// that keeps that property, so that each point by itself is uniform in the cube. By hashing, so any point is had
/// directly by its index and nothing has to be stored.
///
/// Sobol, USSR Comp. Math. 7 (1967), with the direction numbers of Joe & Kuo (2008); Owen, Randomly permuted
/// (t,m,s)-nets, 1995; Burley, Practical hash-based Owen scrambling, JCGT 9 (2020).
class Sobol {
 public:
  /// Coordinates after this one are pseudo-random numbers.
  static constexpr std::size_t kDimensions = 337;

  /// `seed` chooses the scrambling.
  Sobol(std::size_t dimensions, std::uint64_t seed);

  /// The point of this index, from 0, in [0, 1)^dimensions. Indices go up to 2^32 - 1 and then begin again.
  std::vector<double> point(std::uint64_t index) const;

 private:
  static constexpr std::size_t kBits = 32;
  using Directions = std::array<std::uint32_t, kBits>;

  static const std::vector<Directions>& directions();

  std::size_t dimensions_;
  std::uint64_t seed_;
};

}  // namespace nascent
