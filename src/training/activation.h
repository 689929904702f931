#pragma once

#include <cstdint>
#include <string_view>

namespace nascent {

/// relu: max(x, 0). silu: x sigmoid(x). mish: x tanh(log(1 + e^x)) (Misra 2020). selu: scaled exponential (Klambauer et
/// al. 2017).
enum class Activation : std::uint8_t { kRelu, kSilu, kMish, kSelu };

/// Throws `InputError` for an unknown name.
Activation activation_of(std::string_view name);
std::string_view name_of(Activation activation);

/// Dropout of one layer at one step (Srivastava et al. 2014): who stays is a hash of the key and the position, which
/// costs less than a stream of random numbers and can be put into vector units.
struct DropoutMask {
  double probability = 0.0;
  std::uint32_t key = 0;
};

/// values := activation(values).
void activate(Activation activation, float* values, std::int64_t count);

/// values := activation(values) where the mask lets them through, scaled so that the mean stays, zero elsewhere;
/// slopes := the derivative of that. The backward pass is a product with the slopes.
void activate_for_training(Activation activation, DropoutMask mask, float* values, float* slopes, std::int64_t count);

}  // namespace nascent
