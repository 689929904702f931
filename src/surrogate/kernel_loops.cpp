#include "surrogate/kernel_loops.h"

#include <array>
#include <bit>
#include <cstring>

// The bodies are written once and inlined into a plain function and, on x86-64, one for AVX2.
#if defined(__x86_64__) && defined(__GNUC__)
#define NASCENT_HAS_AVX2_CLONES 1
#endif

namespace nascent {
namespace {

constexpr std::size_t kLanes = 8;
// Of fixed size, so that sums have the same order whatever the registers are. `may_alias` and the alignment of a float
// let it be read from anywhere in an array.
typedef float Floats __attribute__((vector_size(kLanes * sizeof(float)), aligned(alignof(float)), may_alias));
typedef std::int32_t Integers __attribute__((vector_size(kLanes * sizeof(float))));

#define NASCENT_INLINE [[gnu::always_inline]] static inline

NASCENT_INLINE void subtract_squares_body(float x, const float* __restrict mean, const float* __restrict scale,
                                          float* __restrict terms, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const float z = (x - mean[k]) * scale[k];
    terms[k] -= z * z;
  }
}

NASCENT_INLINE void subtract_cell_squares_body(float x, float a, float b, const float* __restrict mean,
                                               const float* __restrict scale, float* __restrict terms,
                                               std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const float z = (x - mean[k]) * scale[k];
    const float s = scale[k] * scale[k];
    terms[k] -= z * z * (1.0f - a * s) + b * s;
  }
}

NASCENT_INLINE void add_matches_body(float x, float hit, float miss, const float* __restrict key,
                                     float* __restrict terms, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) terms[k] += key[k] == x ? hit : miss;
}

NASCENT_INLINE void look_up_body(const float* __restrict table, const std::uint32_t* __restrict row,
                                 float* __restrict sums, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) sums[k] = table[row[k]];
}

NASCENT_INLINE void add_terms_body(const float* __restrict added, float* __restrict terms, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) terms[k] += added[k];
}

NASCENT_INLINE float largest_term_body(const float* terms, std::size_t count) {
  std::size_t k = 0;
  float largest = terms[0];
  if (count >= kLanes) {
    Floats lanes = *reinterpret_cast<const Floats*>(terms);
    for (k = kLanes; k + kLanes <= count; k += kLanes) {
      const Floats next = *reinterpret_cast<const Floats*>(terms + k);
      lanes = next > lanes ? next : lanes;
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) largest = lanes[lane] > largest ? lanes[lane] : largest;
  }
  for (; k < count; ++k) largest = terms[k] > largest ? terms[k] : largest;
  return largest;
}

/// x becomes exp(x), for -70 <= x <= 0, by x = n log 2 + r with |r| <= log(2) / 2 and a polynomial of degree 6 (the
/// Taylor series: its next term is 1.2e-7 of the result at the ends of the interval).
NASCENT_INLINE void exponentiate(Floats& x) {
  constexpr float kLog2e = 1.44269504088896f;
  // log 2 in two parts, of which the first has so few digits that its product with n is exact.
  constexpr float kLog2High = 0.693359375f;
  constexpr float kLog2Low = -2.12194440e-4f;
  // Adding and subtracting 1.5 * 2^23 rounds to a whole number.
  constexpr float kRound = 12582912.0f;
  const Floats shifted = x * kLog2e + kRound;
  const Floats n = shifted - kRound;
  const Floats r = (x - n * kLog2High) - n * kLog2Low;
  Floats p = r * (1.0f / 720.0f) + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  // 2^n, written into the exponent.
  const Integers exponent = (__builtin_convertvector(n, Integers) + 127) << 23;
  Floats power;
  std::memcpy(&power, &exponent, sizeof power);
  x = p * power;
}

NASCENT_INLINE double sum_of_exponentials_body(const float* terms, const float* weights, float shift,
                                               std::size_t count) {
  // Times a weight this is still a normal number; sums of denormal ones would take ten times as long.
  constexpr float kLeast = -70.0f;
  Floats sums = {};
  const auto add = [&](const float* term, const float* weight) __attribute__((always_inline)) {
    Floats x = *reinterpret_cast<const Floats*>(term) - shift;
    const Floats least = Floats{} + kLeast;
    x = x > least ? x : least;
    exponentiate(x);
    sums += x * *reinterpret_cast<const Floats*>(weight);
  };
  std::size_t k = 0;
  for (; k + kLanes <= count; k += kLanes) add(terms + k, weights + k);
  if (k < count) {
    std::array<float, kLanes> last_terms{};
    std::array<float, kLanes> last_weights{};
    last_terms.fill(shift);
    for (std::size_t lane = 0; k + lane < count; ++lane) {
      last_terms[lane] = terms[k + lane];
      last_weights[lane] = weights[k + lane];
    }
    add(last_terms.data(), last_weights.data());
  }
  double sum = 0.0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) sum += static_cast<double>(sums[lane]);
  return sum;
}

#if NASCENT_HAS_AVX2_CLONES
bool has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}
#endif

}  // namespace

#if NASCENT_HAS_AVX2_CLONES
#define NASCENT_DISPATCH(Result, name, parameters, arguments)                                    \
  [[gnu::target("avx2")]] static Result name##_avx2 parameters { return name##_body arguments; } \
  Result name parameters { return has_avx2() ? name##_avx2 arguments : name##_body arguments; }
#else
#define NASCENT_DISPATCH(Result, name, parameters, arguments) \
  Result name parameters { return name##_body arguments; }
#endif

NASCENT_DISPATCH(void, subtract_squares,
                 (float x, const float* mean, const float* scale, float* terms, std::size_t count),
                 (x, mean, scale, terms, count))
NASCENT_DISPATCH(void, subtract_cell_squares,
                 (float x, float a, float b, const float* mean, const float* scale, float* terms, std::size_t count),
                 (x, a, b, mean, scale, terms, count))
NASCENT_DISPATCH(void, add_matches, (float x, float hit, float miss, const float* key, float* terms, std::size_t count),
                 (x, hit, miss, key, terms, count))
NASCENT_DISPATCH(void, look_up, (const float* table, const std::uint32_t* row, float* sums, std::size_t count),
                 (table, row, sums, count))
NASCENT_DISPATCH(void, add_terms, (const float* added, float* terms, std::size_t count), (added, terms, count))
NASCENT_DISPATCH(float, largest_term, (const float* terms, std::size_t count), (terms, count))
NASCENT_DISPATCH(double, sum_of_exponentials,
                 (const float* terms, const float* weights, float shift, std::size_t count),
                 (terms, weights, shift, count))

}  // namespace nascent
