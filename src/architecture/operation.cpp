#include "nascent/architecture/operation.h"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "nascent/architecture/custom_operation.h"
#include "nascent/core/error.h"
#include "nascent/core/near_match.h"

namespace nascent {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<Operation>> kOperationNames = {
    "input",        "convolution",         "batch_norm", "layer_norm",  "activation", "max_pool",
    "average_pool", "global_average_pool", "add",        "concatenate", "dropout",    "flatten",
    "dense",        "squeeze_excite",      "scale",      "identity",    "zero",       "custom"};

constexpr std::array<std::string_view, 5> kActivationNames = {"relu", "silu", "gelu", "selu", "tanh"};

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

/// Builds the errors of one node.
struct Complaint {
  std::string_view node;
  template <typename... Args>
  [[noreturn]] void raise(fmt::format_string<Args...> text, Args&&... args) const {
    throw InputError(fmt::format("node '{}': {}", node, fmt::format(text, std::forward<Args>(args)...)));
  }
};

Shape convolution_shape(const Convolution& conv, const Shape& in, const Complaint& complaint) {
  if (in.is_flat())
    complaint.raise("a convolution needs feature maps, but a vector of {} features comes in", in.channels);
  if (conv.filters < 1) complaint.raise("a convolution needs at least one filter, not {}", conv.filters);
  if (conv.kernel < 1 || conv.kernel % 2 == 0) {
    complaint.raise("the kernel must be an odd number of pixels, not {}", conv.kernel);
  }
  if (conv.stride < 1) complaint.raise("the stride must be at least 1, not {}", conv.stride);
  if (conv.dilation < 1) complaint.raise("the dilation must be at least 1, not {}", conv.dilation);
  if (conv.groups < 1 || in.channels % conv.groups != 0 || conv.filters % conv.groups != 0) {
    complaint.raise("{} groups must divide both the {} channels that come in and the {} filters", conv.groups,
                    in.channels, conv.filters);
  }
  // Padding d (k / 2) of an odd kernel k that spans d (k - 1) + 1: (n + 2p - span) / s + 1 = (n - 1) / s + 1.
  return {conv.filters, (in.height - 1) / conv.stride + 1, (in.width - 1) / conv.stride + 1};
}

template <typename Pool>
Shape pool_shape(const Pool& pool, const Shape& in, const Complaint& complaint) {
  const auto [size, stride, padding] = pool;
  if (in.is_flat()) complaint.raise("pooling needs feature maps, but a vector of {} features comes in", in.channels);
  if (size < 1 || stride < 1)
    complaint.raise("the window and the stride must be at least 1, not {} and {}", size, stride);
  if (padding < 0 || padding > size / 2) {
    complaint.raise("the padding must be at least 0 and at most half of the window of {}, not {}", size, padding);
  }
  if (in.height + 2 * padding < size || in.width + 2 * padding < size) {
    complaint.raise("a window of {0} x {0} does not fit into {1} x {2} positions; use fewer reductions", size,
                    in.height, in.width);
  }
  return {in.channels, (in.height + 2 * padding - size) / stride + 1, (in.width + 2 * padding - size) / stride + 1};
}

Shape concatenated_shape(std::span<const Shape> inputs, const Complaint& complaint) {
  Shape joined = inputs.front();
  for (const Shape& shape : inputs.subspan(1)) {
    if (shape.height != joined.height || shape.width != joined.width) {
      complaint.raise("cannot concatenate {} and {}: height and width must be the same", to_string(joined),
                      to_string(shape));
    }
    joined.channels += shape.channels;
  }
  return joined;
}

void check_input_count(const Operation& operation, std::size_t count, const Complaint& complaint) {
  const bool joins = std::holds_alternative<Add>(operation) || std::holds_alternative<Concatenate>(operation);
  if (std::holds_alternative<Input>(operation)) {
    if (count != 0) complaint.raise("an input reads no other node, but {} are given", count);
  } else if (std::holds_alternative<Custom>(operation)) {
    if (count == 0) complaint.raise("custom reads at least one node, but none is given");
  } else if (joins ? count < 2 : count != 1) {
    complaint.raise("{} reads {}, but {} are given", name_of(operation),
                    joins ? "two or more nodes" : "exactly one node", count);
  }
}

template <typename T>
T field(const Json& json, const char* name, const Complaint& complaint) {
  const auto found = json.find(name);
  if (found == json.end()) complaint.raise("the field '{}' is missing", name);
  try {
    return found->get<T>();
  } catch (const Json::exception&) {
    complaint.raise("the field '{}' has the wrong type: {}", name, found->dump());
  }
}

}  // namespace

std::string to_string(const Shape& shape) {
  return shape.is_flat() ? std::to_string(shape.channels)
                         : fmt::format("{} × {} × {}", shape.channels, shape.height, shape.width);
}

std::string_view name_of(const Operation& operation) { return kOperationNames[operation.index()]; }

std::string_view name_of(ActivationKind kind) { return kActivationNames[static_cast<std::size_t>(kind)]; }

ActivationKind activation_kind_of(std::string_view name) {
  for (std::size_t i = 0; i < kActivationNames.size(); ++i) {
    if (kActivationNames[i] == name) return static_cast<ActivationKind>(i);
  }
  const std::vector<std::string> known(kActivationNames.begin(), kActivationNames.end());
  throw InputError(
      fmt::format("'{}' is no activation (known: {}){}", name, fmt::join(known, ", "), did_you_mean(name, known)));
}

Shape output_shape(const Operation& operation, std::span<const Shape> inputs, std::string_view node) {
  const Complaint complaint{node};
  check_input_count(operation, inputs.size(), complaint);
  return std::visit(
      Overloaded{
          [&](const Input& input) {
            const Shape& s = input.shape;
            if (s.channels < 1 || s.height < 0 || s.width < 0 || (s.height == 0) != (s.width == 0)) {
              complaint.raise("{} x {} x {} is no shape of an input", s.channels, s.height, s.width);
            }
            return s;
          },
          [&](const Convolution& conv) { return convolution_shape(conv, inputs[0], complaint); },
          [&](const MaxPool& pool) { return pool_shape(pool, inputs[0], complaint); },
          [&](const AveragePool& pool) { return pool_shape(pool, inputs[0], complaint); },
          [&](const GlobalAveragePool&) {
            if (inputs[0].is_flat()) complaint.raise("global pooling needs feature maps, but a vector comes in");
            return Shape{inputs[0].channels, 0, 0};
          },
          [&](const Add&) {
            for (const Shape& shape : inputs.subspan(1)) {
              if (shape != inputs[0]) {
                complaint.raise("cannot add {} and {}: the shapes must be the same", to_string(inputs[0]),
                                to_string(shape));
              }
            }
            return inputs[0];
          },
          [&](const Concatenate&) { return concatenated_shape(inputs, complaint); },
          [&](const Dropout& dropout) {
            if (!(dropout.rate >= 0.0 && dropout.rate < 1.0)) {
              complaint.raise("the dropout rate must be at least 0 and less than 1, not {}", dropout.rate);
            }
            return inputs[0];
          },
          [&](const Flatten&) {
            const std::int64_t elements = inputs[0].elements();
            if (elements > std::numeric_limits<int>::max()) complaint.raise("{} features are too many", elements);
            return Shape{static_cast<int>(elements), 0, 0};
          },
          [&](const Dense& dense) {
            if (!inputs[0].is_flat()) {
              complaint.raise("a dense layer needs a vector, but {} comes in; flatten or pool it first",
                              to_string(inputs[0]));
            }
            if (dense.units < 1) complaint.raise("a dense layer needs at least one unit, not {}", dense.units);
            return Shape{dense.units, 0, 0};
          },
          [&](const SqueezeExcite& squeeze) {
            if (inputs[0].is_flat()) {
              complaint.raise("squeeze-and-excitation needs feature maps, but a vector comes in");
            }
            if (squeeze.units < 1) complaint.raise("it needs at least one unit, not {}", squeeze.units);
            return inputs[0];
          },
          [&](const Custom& custom) { return custom_operation(custom.kind, node).shape(custom.options, inputs); },
          [&](const auto&) { return inputs[0]; },
      },
      operation);
}

std::int64_t parameter_count(const Operation& operation, std::span<const Shape> inputs) {
  return std::visit(
      Overloaded{
          [&](const Convolution& conv) -> std::int64_t {
            const std::int64_t weights = static_cast<std::int64_t>(conv.filters) * (inputs[0].channels / conv.groups) *
                                         conv.kernel * conv.kernel;
            return weights + (conv.bias ? conv.filters : 0);
          },
          [&](const Dense& dense) -> std::int64_t {
            return static_cast<std::int64_t>(dense.units) * inputs[0].channels + (dense.bias ? dense.units : 0);
          },
          [&](const BatchNorm&) -> std::int64_t { return 2 * static_cast<std::int64_t>(inputs[0].channels); },
          [&](const LayerNorm&) -> std::int64_t { return 2 * static_cast<std::int64_t>(inputs[0].channels); },
          [&](const Scale&) -> std::int64_t { return inputs[0].channels; },
          [&](const SqueezeExcite& squeeze) -> std::int64_t {
            return 2 * static_cast<std::int64_t>(squeeze.units) * inputs[0].channels + squeeze.units +
                   inputs[0].channels;
          },
          [&](const Custom& custom) -> std::int64_t {
            return custom_operation(custom.kind, "").parameters(custom.options, inputs);
          },
          [](const auto&) -> std::int64_t { return 0; },
      },
      operation);
}

std::int64_t multiply_add_count(const Operation& operation, std::span<const Shape> inputs) {
  if (const auto* conv = std::get_if<Convolution>(&operation)) {
    const Shape out = output_shape(operation, inputs, "");
    return out.elements() * (inputs[0].channels / conv->groups) * conv->kernel * conv->kernel;
  }
  if (const auto* dense = std::get_if<Dense>(&operation)) {
    return static_cast<std::int64_t>(dense->units) * inputs[0].channels;
  }
  if (const auto* squeeze = std::get_if<SqueezeExcite>(&operation)) {
    return 2 * static_cast<std::int64_t>(squeeze->units) * inputs[0].channels;
  }
  if (const auto* custom = std::get_if<Custom>(&operation)) {
    return custom_operation(custom->kind, "").multiply_adds(custom->options, inputs);
  }
  return 0;
}

namespace {

template <typename Pool>
void write_pool(const Pool& pool, Json& json) {
  json["size"] = pool.size;
  json["stride"] = pool.stride;
  json["padding"] = pool.padding;
}

}  // namespace

Json to_json(const Operation& operation) {
  Json json = {{"op", std::string(name_of(operation))}};
  std::visit(Overloaded{
                 [&](const Input& input) {
                   json["shape"] = input.shape.is_flat()
                                       ? Json{input.shape.channels}
                                       : Json{input.shape.channels, input.shape.height, input.shape.width};
                 },
                 [&](const Convolution& conv) {
                   json["filters"] = conv.filters;
                   json["kernel"] = conv.kernel;
                   json["stride"] = conv.stride;
                   json["groups"] = conv.groups;
                   json["dilation"] = conv.dilation;
                   json["bias"] = conv.bias;
                 },
                 [&](const Activation& activation) { json["kind"] = std::string(name_of(activation.kind)); },
                 [&](const MaxPool& pool) { write_pool(pool, json); },
                 [&](const AveragePool& pool) { write_pool(pool, json); },
                 [&](const SqueezeExcite& squeeze) { json["units"] = squeeze.units; },
                 [&](const Custom& custom) {
                   json["kind"] = custom.kind;
                   json["options"] = custom.options;
                 },
                 [&](const Dropout& dropout) { json["rate"] = dropout.rate; },
                 [&](const Dense& dense) { json["units"] = dense.units, json["bias"] = dense.bias; },
                 [](const auto&) {},
             },
             operation);
  return json;
}

Operation operation_from_json(const Json& json, std::string_view node) {
  const Complaint complaint{node};
  if (!json.is_object()) complaint.raise("expected an object, not {}", json.dump());
  const auto op = field<std::string>(json, "op", complaint);
  const auto integer = [&](const char* name) { return field<int>(json, name, complaint); };
  // Architectures written before this field was there lack it.
  const auto integer_or = [&](const char* name, int otherwise) {
    return json.contains(name) ? integer(name) : otherwise;
  };
  const auto flag = [&](const char* name) { return field<bool>(json, name, complaint); };
  if (op == "input") {
    const auto sizes = field<std::vector<int>>(json, "shape", complaint);
    if (sizes.size() != 1 && sizes.size() != 3)
      complaint.raise("a shape has one or three numbers, not {}", sizes.size());
    return Input{sizes.size() == 1 ? Shape{sizes[0], 0, 0} : Shape{sizes[0], sizes[1], sizes[2]}};
  }
  if (op == "convolution") {
    return Convolution{.filters = integer("filters"),
                       .kernel = integer("kernel"),
                       .stride = integer("stride"),
                       .groups = integer("groups"),
                       .dilation = integer_or("dilation", 1),
                       .bias = flag("bias")};
  }
  if (op == "batch_norm") return BatchNorm{};
  if (op == "activation") return Activation{activation_kind_of(field<std::string>(json, "kind", complaint))};
  if (op == "max_pool") {
    return MaxPool{.size = integer("size"), .stride = integer("stride"), .padding = integer_or("padding", 0)};
  }
  if (op == "average_pool") {
    return AveragePool{.size = integer("size"), .stride = integer("stride"), .padding = integer_or("padding", 0)};
  }
  if (op == "global_average_pool") return GlobalAveragePool{};
  if (op == "add") return Add{};
  if (op == "concatenate") return Concatenate{};
  if (op == "dropout") return Dropout{field<double>(json, "rate", complaint)};
  if (op == "flatten") return Flatten{};
  if (op == "dense") return Dense{.units = integer("units"), .bias = flag("bias")};
  if (op == "layer_norm") return LayerNorm{};
  if (op == "squeeze_excite") return SqueezeExcite{.units = integer("units")};
  if (op == "scale") return Scale{};
  if (op == "identity") return Identity{};
  if (op == "zero") return Zero{};
  if (op == "custom") {
    Custom custom{.kind = field<std::string>(json, "kind", complaint), .options = json.value("options", Json())};
    custom_operation(custom.kind, node);
    return custom;
  }
  const std::vector<std::string> known(kOperationNames.begin(), kOperationNames.end());
  complaint.raise("'{}' is no operation{}", op, did_you_mean(op, known));
}

}  // namespace nascent
