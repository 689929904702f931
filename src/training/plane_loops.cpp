#include "training/plane_loops.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "training/vectorised.h"

// Every loop is written once as a template that is always inlined, and instantiated by two plain functions, because
// only those can be compiled for several processors.
#define NASCENT_INLINE [[gnu::always_inline]] inline

namespace nascent {
namespace {

NASCENT_INLINE float load(const float* p, std::int64_t i) { return p[i]; }
NASCENT_INLINE void store(float* p, std::int64_t i, float value) { p[i] = value; }
NASCENT_INLINE float load(const std::uint16_t* p, std::int64_t i) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(p[i]) << 16);
}
NASCENT_INLINE void store(std::uint16_t* p, std::int64_t i, float value) {
  // Rounds to the nearest, ties to even.
  const auto bits = std::bit_cast<std::uint32_t>(value);
  p[i] = static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);
}

/// Mean and biased variance of one channel. Sums are taken about a value of the data, so that they do not cancel.
template <typename T>
NASCENT_INLINE void channel_moments(const T* x, const Planes& p, std::int64_t c, double& mean, double& variance) {
  const float centre = load(x, c * p.plane);
  double sum = 0.0;
  double squares = 0.0;
  for (std::int64_t n = 0; n < p.batch; ++n) {
    const T* in = x + (n * p.channels + c) * p.plane;
    float plane_sum = 0.0F;
    float plane_squares = 0.0F;
#pragma omp simd reduction(+ : plane_sum, plane_squares)
    for (std::int64_t i = 0; i < p.plane; ++i) {
      const float d = load(in, i) - centre;
      plane_sum += d;
      plane_squares += d * d;
    }
    sum += plane_sum;
    squares += plane_squares;
  }
  const double count = static_cast<double>(p.batch) * static_cast<double>(p.plane);
  const double offset = sum / count;
  mean = centre + offset;
  variance = std::max(0.0, squares / count - offset * offset);
}

template <typename T>
NASCENT_INLINE void affine_plane(const T* __restrict in, const T* __restrict residual, T* __restrict out,
                                 std::int64_t count, float scale, float shift, float floor) {
  if (residual == nullptr) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) store(out, i, std::max(load(in, i) * scale + shift, floor));
  } else {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
      store(out, i, std::max(load(in, i) * scale + shift + load(residual, i), floor));
    }
  }
}

template <typename T>
NASCENT_INLINE void affine_channel(const T* x, const T* residual, T* y, const Planes& p, std::int64_t c, float scale,
                                   float shift, bool relu) {
  const float floor = relu ? 0.0F : -INFINITY;
  for (std::int64_t n = 0; n < p.batch; ++n) {
    const std::int64_t at = (n * p.channels + c) * p.plane;
    affine_plane(x + at, residual == nullptr ? nullptr : residual + at, y + at, p.plane, scale, shift, floor);
  }
}

/// What a normalization does to the values of one channel. The backward pass computes it again, from the same numbers,
/// so that the same values count as rectified.
struct ChannelMap {
  float scale;
  float shift;
};
NASCENT_INLINE ChannelMap channel_map(float weight, float bias, float mean, float inverse_deviation) {
  const double scale = static_cast<double>(weight) * inverse_deviation;
  return {static_cast<float>(scale), static_cast<float>(bias - mean * scale)};
}

template <typename T>
NASCENT_INLINE void norm_forward_loop(const T* x, const T* residual, T* y, const Planes& p, const float* weight,
                                      const float* bias, float epsilon, bool relu, const NormMoments& moments) {
  for (std::int64_t c = 0; c < p.channels; ++c) {
    double mean = 0.0;
    double variance = 0.0;
    channel_moments(x, p, c, mean, variance);
    moments.mean[c] = static_cast<float>(mean);
    moments.variance[c] = static_cast<float>(variance);
    moments.inverse_deviation[c] = static_cast<float>(1.0 / std::sqrt(variance + static_cast<double>(epsilon)));
    const ChannelMap map = channel_map(weight[c], bias[c], moments.mean[c], moments.inverse_deviation[c]);
    affine_channel(x, residual, y, p, c, map.scale, map.shift, relu);
  }
}

template <typename T>
NASCENT_INLINE void norm_inference_loop(const T* x, const T* residual, T* y, const Planes& p, const float* scale,
                                        const float* shift, bool relu) {
  for (std::int64_t c = 0; c < p.channels; ++c) affine_channel(x, residual, y, p, c, scale[c], shift[c], relu);
}

/// The gradient that gets through the rectification.
enum class Gate { kOpen, kByInput, kByOutput };

template <Gate gate, typename T>
NASCENT_INLINE float gated(const T* gradient, const T* x, const T* y, std::int64_t i, float scale, float shift) {
  const float g = load(gradient, i);
  if constexpr (gate == Gate::kByInput) return load(x, i) * scale + shift > 0.0F ? g : 0.0F;
  if constexpr (gate == Gate::kByOutput) return load(y, i) > 0.0F ? g : 0.0F;
  return g;
}

template <Gate gate, typename T>
NASCENT_INLINE void norm_backward_loop(const NormGradients<T>& t, const Planes& p, const float* weight,
                                       const float* bias, const NormMoments& moments) {
  const double count = static_cast<double>(p.batch) * static_cast<double>(p.plane);
  for (std::int64_t c = 0; c < p.channels; ++c) {
    const float mean = moments.mean[c];
    const float inverse = moments.inverse_deviation[c];
    const ChannelMap map = channel_map(weight[c], bias[c], mean, inverse);
    const float scale = map.scale;
    const float shift = map.shift;
    double gradient_sum = 0.0;
    double product_sum = 0.0;
    for (std::int64_t n = 0; n < p.batch; ++n) {
      const std::int64_t at = (n * p.channels + c) * p.plane;
      const T* gradient = t.y_gradient + at;
      const T* x = t.x + at;
      const T* y = gate == Gate::kByOutput ? t.y + at : nullptr;
      float plane_sum = 0.0F;
      float plane_product = 0.0F;
#pragma omp simd reduction(+ : plane_sum, plane_product)
      for (std::int64_t i = 0; i < p.plane; ++i) {
        const float g = gated<gate>(gradient, x, y, i, scale, shift);
        plane_sum += g;
        plane_product += g * (load(x, i) - mean);
      }
      gradient_sum += plane_sum;
      product_sum += plane_product;
    }
    t.bias_gradient[c] = static_cast<float>(gradient_sum);
    t.weight_gradient[c] = static_cast<float>(product_sum * inverse);
    // dx = scale (g - mean(g) - (x - mean) / deviation^2 mean(g (x - mean)))
    const auto slope = static_cast<float>(-scale * inverse * inverse * product_sum / count);
    const auto offset = static_cast<float>(-scale * gradient_sum / count) - slope * mean;
    for (std::int64_t n = 0; n < p.batch; ++n) {
      const std::int64_t at = (n * p.channels + c) * p.plane;
      const T* __restrict gradient = t.y_gradient + at;
      const T* __restrict x = t.x + at;
      const T* __restrict y = gate == Gate::kByOutput ? t.y + at : nullptr;
      T* __restrict x_gradient = t.x_gradient + at;
      if (t.residual_gradient == nullptr) {
#pragma omp simd
        for (std::int64_t i = 0; i < p.plane; ++i) {
          const float g = gated<gate>(gradient, x, y, i, scale, shift);
          store(x_gradient, i, scale * g + slope * load(x, i) + offset);
        }
      } else {
        T* __restrict residual_gradient = t.residual_gradient + at;
#pragma omp simd
        for (std::int64_t i = 0; i < p.plane; ++i) {
          const float g = gated<gate>(gradient, x, y, i, scale, shift);
          store(residual_gradient, i, g);
          store(x_gradient, i, scale * g + slope * load(x, i) + offset);
        }
      }
    }
  }
}

template <typename T>
NASCENT_INLINE void norm_backward_any(const NormGradients<T>& t, const Planes& p, const float* weight,
                                      const float* bias, bool relu, const NormMoments& moments) {
  if (!relu) {
    norm_backward_loop<Gate::kOpen>(t, p, weight, bias, moments);
  } else if (t.y == nullptr) {
    norm_backward_loop<Gate::kByInput>(t, p, weight, bias, moments);
  } else {
    norm_backward_loop<Gate::kByOutput>(t, p, weight, bias, moments);
  }
}

template <typename T>
NASCENT_INLINE void max_pool_forward_loop(const T* x, T* y, std::uint8_t* which, std::int64_t maps, std::int64_t height,
                                          std::int64_t width) {
  const std::int64_t rows = height / 2;
  const std::int64_t columns = width / 2;
  for (std::int64_t m = 0; m < maps; ++m) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const T* __restrict top = x + (m * height + 2 * r) * width;
      const T* __restrict bottom = top + width;
      T* __restrict out = y + (m * rows + r) * columns;
      std::uint8_t* __restrict index = which + (m * rows + r) * columns;
#pragma omp simd
      for (std::int64_t i = 0; i < columns; ++i) {
        const float a = load(top, 2 * i);
        const float b = load(top, 2 * i + 1);
        const float c = load(bottom, 2 * i);
        const float d = load(bottom, 2 * i + 1);
        const float upper = b > a ? b : a;
        const float lower = d > c ? d : c;
        const int upper_index = b > a ? 1 : 0;
        const int lower_index = d > c ? 3 : 2;
        store(out, i, lower > upper ? lower : upper);
        index[i] = static_cast<std::uint8_t>(lower > upper ? lower_index : upper_index);
      }
    }
  }
}

template <typename T>
NASCENT_INLINE void max_pool_backward_loop(const T* y_gradient, const std::uint8_t* which, T* x_gradient,
                                           std::int64_t maps, std::int64_t height, std::int64_t width) {
  const std::int64_t rows = height / 2;
  const std::int64_t columns = width / 2;
  for (std::int64_t m = 0; m < maps; ++m) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const T* __restrict in = y_gradient + (m * rows + r) * columns;
      const std::uint8_t* __restrict index = which + (m * rows + r) * columns;
      T* __restrict top = x_gradient + (m * height + 2 * r) * width;
      T* __restrict bottom = top + width;
#pragma omp simd
      for (std::int64_t i = 0; i < columns; ++i) {
        const T g = in[i];
        const std::uint8_t k = index[i];
        top[2 * i] = k == 0 ? g : T{0};
        top[2 * i + 1] = k == 1 ? g : T{0};
        bottom[2 * i] = k == 2 ? g : T{0};
        bottom[2 * i + 1] = k == 3 ? g : T{0};
      }
      if (width % 2 != 0) top[width - 1] = bottom[width - 1] = T{0};
    }
    if (height % 2 != 0) std::fill_n(x_gradient + (m * height + height - 1) * width, width, T{0});
  }
}

}  // namespace

#define NASCENT_INSTANTIATE(T)                                                                                         \
  template <>                                                                                                          \
  NASCENT_VECTORISED void norm_forward<T>(const T* x, const T* residual, T* y, const Planes& planes,                   \
                                          const float* weight, const float* bias, float epsilon, bool relu,            \
                                          const NormMoments& moments) {                                                \
    norm_forward_loop(x, residual, y, planes, weight, bias, epsilon, relu, moments);                                   \
  }                                                                                                                    \
  template <>                                                                                                          \
  NASCENT_VECTORISED void norm_inference<T>(const T* x, const T* residual, T* y, const Planes& planes,                 \
                                            const float* scale, const float* shift, bool relu) {                       \
    norm_inference_loop(x, residual, y, planes, scale, shift, relu);                                                   \
  }                                                                                                                    \
  template <>                                                                                                          \
  NASCENT_VECTORISED void norm_backward<T>(const NormGradients<T>& tensors, const Planes& planes, const float* weight, \
                                           const float* bias, bool relu, const NormMoments& moments) {                 \
    norm_backward_any(tensors, planes, weight, bias, relu, moments);                                                   \
  }                                                                                                                    \
  template <>                                                                                                          \
  NASCENT_VECTORISED void max_pool_forward<T>(const T* x, T* y, std::uint8_t* which, std::int64_t maps,                \
                                              std::int64_t height, std::int64_t width) {                               \
    max_pool_forward_loop(x, y, which, maps, height, width);                                                           \
  }                                                                                                                    \
  template <>                                                                                                          \
  NASCENT_VECTORISED void max_pool_backward<T>(const T* y_gradient, const std::uint8_t* which, T* x_gradient,          \
                                               std::int64_t maps, std::int64_t height, std::int64_t width) {           \
    max_pool_backward_loop(y_gradient, which, x_gradient, maps, height, width);                                        \
  }

NASCENT_INSTANTIATE(float)
NASCENT_INSTANTIATE(std::uint16_t)

}  // namespace nascent
