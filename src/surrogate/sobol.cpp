#include "surrogate/sobol.h"

#include <algorithm>
#include <bit>

#include "nascent/core/random.h"
#include "surrogate/sobol_directions.h"

namespace nascent {
namespace {

std::uint32_t reversed(std::uint32_t x) {
  x = ((x >> 1) & 0x55555555u) | ((x & 0x55555555u) << 1);
  x = ((x >> 2) & 0x33333333u) | ((x & 0x33333333u) << 2);
  x = ((x >> 4) & 0x0f0f0f0fu) | ((x & 0x0f0f0f0fu) << 4);
  x = ((x >> 8) & 0x00ff00ffu) | ((x & 0x00ff00ffu) << 8);
  return (x >> 16) | (x << 16);
}

/// Owen's scrambling of one coordinate: a hash in which each digit depends on the digits before it only. Multiplication
/// by an even number moves information upwards alone, so it is done on the reversed digits (Laine & Karras, with the
/// constants that Vegdahl found).
std::uint32_t scrambled(std::uint32_t x, std::uint32_t seed) {
  x = reversed(x);
  x ^= x * 0x3d20adeau;
  x += seed;
  x *= (seed >> 16) | 1u;
  x ^= x * 0x05526c56u;
  x ^= x * 0x53a22864u;
  return reversed(x);
}

}  // namespace

const std::vector<Sobol::Directions>& Sobol::directions() {
  static const std::vector<Directions> all = [] {
    std::vector<Directions> columns(1);
    for (std::size_t j = 0; j < kBits; ++j) columns[0][j] = 1u << (kBits - 1 - j);
    for (std::size_t at = 0; at < kSobolDirectionNumbers;) {
      const std::uint32_t polynomial = kSobolDirections[at++];
      const auto degree = static_cast<std::size_t>(std::bit_width(polynomial)) - 1;
      std::array<std::uint64_t, kBits> m{};
      for (std::size_t j = 0; j < kBits; ++j) {
        if (j < degree) {
          m[j] = kSobolDirections[at++];
          continue;
        }
        m[j] = m[j - degree];
        for (std::size_t k = 1; k <= degree; ++k)
          if ((polynomial >> (degree - k)) & 1u) m[j] ^= m[j - k] << k;
      }
      Directions& column = columns.emplace_back();
      for (std::size_t j = 0; j < kBits; ++j) column[j] = static_cast<std::uint32_t>(m[j] << (kBits - 1 - j));
    }
    return columns;
  }();
  return all;
}

Sobol::Sobol(std::size_t dimensions, std::uint64_t seed) : dimensions_(dimensions), seed_(seed) {}

std::vector<double> Sobol::point(std::uint64_t index) const {
  const std::vector<Directions>& columns = directions();
  std::vector<double> point(dimensions_);
  for (std::size_t d = 0; d < std::min(dimensions_, kDimensions); ++d) {
    std::uint32_t digits = 0;
    auto rest = static_cast<std::uint32_t>(index);
    for (std::size_t j = 0; rest != 0; ++j, rest >>= 1)
      if (rest & 1u) digits ^= columns[d][j];
    const auto hash = static_cast<std::uint32_t>(mix_seed(seed_, d) >> 32);
    point[d] = static_cast<double>(scrambled(digits, hash)) * 0x1p-32;
  }
  if (dimensions_ > kDimensions) {
    Random random(seed_, index);
    for (std::size_t d = kDimensions; d < dimensions_; ++d) point[d] = random.uniform();
  }
  return point;
}

}  // namespace nascent
