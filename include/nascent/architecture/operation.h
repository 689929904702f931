#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "nascent/architecture/shape.h"
#include "nascent/core/json.h"

/// What a node of an architecture may do: a closed set of plain structs. Everything that depends on the kind of
/// operation is a function over the variant, here or in the translator to a library's modules.
namespace nascent {

/// Where the data comes in; always the first node, and the only one of its kind.
struct Input {
  Shape shape;
  bool operator==(const Input&) const = default;
};

/// A two-dimensional convolution, padded by dilation * (kernel / 2) on each side, so that stride 1 keeps height and
/// width.
struct Convolution {
  int filters = 0;
  int kernel = 3;  ///< odd
  int stride = 1;
  int groups = 1;    ///< divides both the channels that come in and the filters; equal to the channels: depthwise
  int dilation = 1;  ///< the distance between the pixels that a kernel looks at
  bool bias = false;
  bool operator==(const Convolution&) const = default;
};

/// Batch normalization over channels (or features) with a learned scale and shift (Ioffe & Szegedy 2015).
struct BatchNorm {
  bool operator==(const BatchNorm&) const = default;
};

/// Layer normalization with a learned scale and shift: over the features of a vector (Ba et al. 2016), over the
/// channels at each position of feature maps (Liu et al. 2022).
struct LayerNorm {
  bool operator==(const LayerNorm&) const = default;
};

enum class ActivationKind : std::uint8_t { kRelu, kSilu, kGelu, kSelu, kTanh };

/// A nonlinearity, element by element.
struct Activation {
  ActivationKind kind = ActivationKind::kRelu;
  bool operator==(const Activation&) const = default;
};

/// The largest or the mean of each window. Windows reach over the border by `padding` positions, which never count: the
/// mean is over what lies inside. What does not fill a window at the far end is dropped.
struct MaxPool {
  int size = 2;
  int stride = 2;
  int padding = 0;  ///< at most size / 2
  bool operator==(const MaxPool&) const = default;
};
struct AveragePool {
  int size = 2;
  int stride = 2;
  int padding = 0;
  bool operator==(const AveragePool&) const = default;
};

/// The mean of each channel over all positions: feature maps become a vector.
struct GlobalAveragePool {
  bool operator==(const GlobalAveragePool&) const = default;
};

/// The sum of two or more inputs of one shape.
struct Add {
  bool operator==(const Add&) const = default;
};

/// Two or more inputs of one height and width, joined along the channels.
struct Concatenate {
  bool operator==(const Concatenate&) const = default;
};

/// Sets each value to zero with probability `rate` while training, and scales the others up.
struct Dropout {
  double rate = 0.0;  ///< in [0, 1)
  bool operator==(const Dropout&) const = default;
};

struct Flatten {
  bool operator==(const Flatten&) const = default;
};

/// A fully connected layer; its input must be flat.
struct Dense {
  int units = 0;
  bool bias = true;
  bool operator==(const Dense&) const = default;
};

/// Multiplies each channel of feature maps by a number between 0 and 1 that two dense layers (with biases, a rectifier
/// and a sigmoid) make of the means of all channels (Hu et al. 2018).
struct SqueezeExcite {
  int units = 0;  ///< of the first dense layer
  bool operator==(const SqueezeExcite&) const = default;
};

/// Multiplies each channel (or feature) by a learned number: what a branch adds can start at nothing (Touvron et al.
/// 2021).
struct Scale {
  bool operator==(const Scale&) const = default;
};

struct Identity {
  bool operator==(const Identity&) const = default;
};

/// Zeros of the shape that comes in.
struct Zero {
  bool operator==(const Zero&) const = default;
};

/// An operation that a user has registered (`custom_operation.h`).
struct Custom {
  std::string kind;        ///< the name it was registered under
  Json options = nullptr;  ///< whatever it needs
  bool operator==(const Custom&) const = default;
};

using Operation =
    std::variant<Input, Convolution, BatchNorm, LayerNorm, Activation, MaxPool, AveragePool, GlobalAveragePool, Add,
                 Concatenate, Dropout, Flatten, Dense, SqueezeExcite, Scale, Identity, Zero, Custom>;

/// As in JSON: "convolution", "batch_norm", ...
std::string_view name_of(const Operation& operation);
std::string_view name_of(ActivationKind kind);  ///< "relu", "silu", ...
/// Throws `InputError` for an unknown name.
ActivationKind activation_kind_of(std::string_view name);

/// What comes out when `inputs` go in. Throws `InputError` with a sentence about `node` when they do not fit.
Shape output_shape(const Operation& operation, std::span<const Shape> inputs, std::string_view node);

/// Numbers that training learns (the running statistics of a batch normalization are not among them).
std::int64_t parameter_count(const Operation& operation, std::span<const Shape> inputs);

/// Multiplications followed by an addition, for one example; those of convolutions and dense layers only, as is usual.
std::int64_t multiply_add_count(const Operation& operation, std::span<const Shape> inputs);

/// {"op": "convolution", "filters": 16, ...}
Json to_json(const Operation& operation);
/// Throws `InputError` naming the node for an unknown operation or a field that is missing.
Operation operation_from_json(const Json& json, std::string_view node);

}  // namespace nascent
