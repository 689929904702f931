#include "training/activation.h"

#include <array>
#include <string>

#include "nascent/core/error.h"
#include "training/fast_exp.h"
#include "training/vectorised.h"

namespace nascent {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"relu", "silu", "mish", "selu"};

struct Point {
  float value;
  float slope;
};

struct Relu {
  [[gnu::always_inline]] static Point at(float x) { return {x > 0.0F ? x : 0.0F, x > 0.0F ? 1.0F : 0.0F}; }
};

struct Silu {
  [[gnu::always_inline]] static Point at(float x) {
    const float sigmoid = 1.0F / (1.0F + fast_exp(-x));
    return {x * sigmoid, sigmoid * (1.0F + x * (1.0F - sigmoid))};
  }
};

struct Mish {
  [[gnu::always_inline]] static Point at(float x) {
    // tanh(log(1 + e)) = e (e + 2) / (e (e + 2) + 2); beyond 20 that is 1, and its square would overflow.
    const float e = fast_exp(x > 20.0F ? 20.0F : x);
    const float n = e * (e + 2.0F);
    const float reciprocal = 1.0F / (n + 2.0F);
    const float tanh = n * reciprocal;
    return {x * tanh, tanh + x * 4.0F * e * (e + 1.0F) * reciprocal * reciprocal};
  }
};

struct Selu {
  [[gnu::always_inline]] static Point at(float x) {
    constexpr float kScale = 1.05070098F;
    constexpr float kAlpha = 1.67326324F;
    const float e = kScale * kAlpha * fast_exp(x > 0.0F ? 0.0F : x);  // NaN goes through
    return {x > 0.0F ? kScale * x : e - kScale * kAlpha, x > 0.0F ? kScale : e};
  }
};

/// The mixing function lowbias32 of Wellons (2018).
[[gnu::always_inline]] inline std::uint32_t mixed(std::uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352dU;
  x = (x ^ (x >> 15)) * 0x846ca68bU;
  return x ^ (x >> 16);
}

template <typename Function>
[[gnu::always_inline]] inline void plain_loop(float* __restrict values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) values[i] = Function::at(values[i]).value;
}

template <typename Function>
[[gnu::always_inline]] inline void training_loop(float* __restrict values, float* __restrict slopes, std::int64_t count,
                                                 std::uint32_t key, std::uint32_t drop_below, float kept_scale) {
  if (drop_below == 0) {
    for (std::int64_t i = 0; i < count; ++i) {
      const Point point = Function::at(values[i]);
      values[i] = point.value;
      slopes[i] = point.slope;
    }
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const Point point = Function::at(values[i]);
    const float factor = mixed(static_cast<std::uint32_t>(i) * 0x9e3779b9U + key) >= drop_below ? kept_scale : 0.0F;
    values[i] = point.value * factor;
    slopes[i] = point.slope * factor;
  }
}

// The clones for several processors want plain functions, so each activation has its two.
NASCENT_VECTORISED void plain_relu(float* v, std::int64_t n) { plain_loop<Relu>(v, n); }
NASCENT_VECTORISED void plain_silu(float* v, std::int64_t n) { plain_loop<Silu>(v, n); }
NASCENT_VECTORISED void plain_mish(float* v, std::int64_t n) { plain_loop<Mish>(v, n); }
NASCENT_VECTORISED void plain_selu(float* v, std::int64_t n) { plain_loop<Selu>(v, n); }

NASCENT_VECTORISED
void training_relu(float* v, float* s, std::int64_t n, std::uint32_t key, std::uint32_t drop, float scale) {
  training_loop<Relu>(v, s, n, key, drop, scale);
}
NASCENT_VECTORISED
void training_silu(float* v, float* s, std::int64_t n, std::uint32_t key, std::uint32_t drop, float scale) {
  training_loop<Silu>(v, s, n, key, drop, scale);
}
NASCENT_VECTORISED
void training_mish(float* v, float* s, std::int64_t n, std::uint32_t key, std::uint32_t drop, float scale) {
  training_loop<Mish>(v, s, n, key, drop, scale);
}
NASCENT_VECTORISED
void training_selu(float* v, float* s, std::int64_t n, std::uint32_t key, std::uint32_t drop, float scale) {
  training_loop<Selu>(v, s, n, key, drop, scale);
}

}  // namespace

Activation activation_of(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Activation>(i);
  }
  throw InputError("there is no activation '" + std::string(name) + "'; there are relu, silu, mish and selu");
}

std::string_view name_of(Activation activation) { return kNames[static_cast<std::size_t>(activation)]; }

void activate(Activation activation, float* values, std::int64_t count) {
  constexpr std::array kLoops = {plain_relu, plain_silu, plain_mish, plain_selu};
  kLoops[static_cast<std::size_t>(activation)](values, count);
}

void activate_for_training(Activation activation, DropoutMask mask, float* values, float* slopes, std::int64_t count) {
  constexpr std::array kLoops = {training_relu, training_silu, training_mish, training_selu};
  const auto drop_below = static_cast<std::uint32_t>(mask.probability * 4294967295.0);
  const auto kept_scale = static_cast<float>(1.0 / (1.0 - mask.probability));
  kLoops[static_cast<std::size_t>(activation)](values, slopes, count, mask.key, drop_below, kept_scale);
}

}  // namespace nascent
