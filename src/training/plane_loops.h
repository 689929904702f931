#pragma once

#include <cstdint>

/// Loops over feature maps in plain memory (batch x channels x plane, contiguous), for one thread. Each does in one or
/// two passes what libtorch's separate operations do in five to nine, and those passes over memory, not the arithmetic,
/// are what small networks spend their time with. Values are float, or bfloat16 as its 16 bits; sums are kept in float
/// for a plane and in double beyond.
namespace nascent {

struct Planes {
  std::int64_t batch;
  std::int64_t channels;
  std::int64_t plane;  ///< height x width
};

/// What the forward pass of a normalization leaves for the backward pass; one number for each channel.
struct NormMoments {
  float* mean;
  float* inverse_deviation;  ///< 1 / sqrt(variance + epsilon)
  float* variance;           ///< biased
};

/// y = relu((x - mean) / sqrt(variance + epsilon) * weight + bias + residual), with the moments of this batch.
/// `residual` may be null; `relu` false leaves out the rectification.
template <typename T>
void norm_forward(const T* x, const T* residual, T* y, const Planes& planes, const float* weight, const float* bias,
                  float epsilon, bool relu, const NormMoments& moments);

/// y = relu(x * scale + shift + residual): the same with fixed moments.
template <typename T>
void norm_inference(const T* x, const T* residual, T* y, const Planes& planes, const float* scale, const float* shift,
                    bool relu);

/// The gradients of `norm_forward`. `y` is needed only where a residual was added and rectified (else null): elsewhere
/// what was rectified follows from x. `residual_gradient` is null where there was none or where it equals `y_gradient`.
template <typename T>
struct NormGradients {
  const T* y_gradient;
  const T* x;
  const T* y;
  T* x_gradient;
  T* residual_gradient;
  float* weight_gradient;
  float* bias_gradient;
};
template <typename T>
void norm_backward(const NormGradients<T>& tensors, const Planes& planes, const float* weight, const float* bias,
                   bool relu, const NormMoments& moments);

/// The largest of each 2 x 2 window, and which one it was (0 to 3, row by row; the first of equals).
template <typename T>
void max_pool_forward(const T* x, T* y, std::uint8_t* which, std::int64_t maps, std::int64_t height,
                      std::int64_t width);
/// `x_gradient` need not be cleared before.
template <typename T>
void max_pool_backward(const T* y_gradient, const std::uint8_t* which, T* x_gradient, std::int64_t maps,
                       std::int64_t height, std::int64_t width);

}  // namespace nascent
