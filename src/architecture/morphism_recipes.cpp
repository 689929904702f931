#include "architecture/morphism_recipes.h"

#include <fmt/format.h>

namespace nascent {
namespace {

/// Appends something behind a node of the copy and returns its end.
using Behind = std::function<int(Architecture& copy, int node)>;

Architecture with_behind(const Architecture& architecture, int node, const Behind& behind) {
  return rebuilt(architecture, [&](Architecture& copy, const Node& original, std::vector<int> inputs) {
    const int same = copy.append(original.name, original.operation, std::move(inputs));
    return original.name == architecture.node(node).name ? behind(copy, same) : same;
  });
}

/// A layer of the same kind that keeps the shape of what `node` makes.
Operation keeping_shape(const Architecture& architecture, int node) {
  Operation operation = architecture.node(node).operation;
  if (auto* conv = std::get_if<Convolution>(&operation)) {
    if (is_depthwise(architecture, node)) conv->groups = conv->filters;
    conv->stride = 1;
  }
  return operation;
}

}  // namespace

std::string new_name(const Architecture& architecture, const std::string& node, const std::string& what) {
  for (int i = 1;; ++i) {
    std::string name = fmt::format("{}/{}-{}", node, what, i);
    if (architecture.find(name) < 0) return name;
  }
}

bool is_layer(const Operation& operation) {
  return std::holds_alternative<Convolution>(operation) || std::holds_alternative<Dense>(operation);
}

bool is_depthwise(const Architecture& architecture, int node) {
  const auto* conv = std::get_if<Convolution>(&architecture.node(node).operation);
  return conv != nullptr && conv->groups > 1 && conv->groups == architecture.input_shapes(node)[0].channels;
}

std::vector<int> readers_of(const Architecture& architecture, int node) {
  std::vector<int> readers;
  for (int i = node + 1; i <= architecture.last(); ++i) {
    for (const int input : architecture.node(i).inputs) {
      if (input == node) readers.push_back(i);
    }
  }
  return readers;
}

bool has_readers(const Architecture& architecture, int node) { return !readers_of(architecture, node).empty(); }

LayerEnd layer_end(const Architecture& architecture, int node) {
  LayerEnd layer{.end = node, .before_activation = node};
  const auto only_reader = [&]() -> const Node* {
    const std::vector<int> readers = readers_of(architecture, layer.end);
    return readers.size() == 1 ? &architecture.node(readers[0]) : nullptr;
  };
  const auto step = [&] { layer.end = readers_of(architecture, layer.end)[0]; };
  if (const Node* reader = only_reader(); reader != nullptr && std::holds_alternative<BatchNorm>(reader->operation)) {
    layer.norm = true;
    step();
  }
  layer.before_activation = layer.end;
  if (const Node* reader = only_reader()) {
    if (const auto* activation = std::get_if<Activation>(&reader->operation)) {
      layer.activation = activation->kind;
      step();
    }
  }
  return layer;
}

/// Behind relu with a relu of its own, which changes nothing there; in front of any other activation and without one.
std::optional<Morphed> deepened(const Architecture& architecture, int node) {
  if (!is_layer(architecture.node(node).operation)) return std::nullopt;
  const LayerEnd layer = layer_end(architecture, node);
  const bool relu = layer.activation == ActivationKind::kRelu;
  const int place = relu ? layer.end : layer.before_activation;
  if (!has_readers(architecture, place)) return std::nullopt;
  const std::string& name = architecture.node(node).name;
  Morphed result;
  result.architecture = with_behind(architecture, place, [&](Architecture& copy, int end) {
    // All new names at once: the copy does not have the nodes behind this place yet.
    end = copy.append(new_name(architecture, name, "deeper"), keeping_shape(architecture, node), end);
    if (layer.norm) end = copy.append(new_name(architecture, name, "deeper-norm"), BatchNorm{}, end);
    if (relu) end = copy.append(new_name(architecture, name, "deeper-activation"), Activation{}, end);
    return end;
  });
  return result;
}

std::optional<Morphed> with_larger_kernel(const Architecture& architecture, int node, int kernel) {
  const auto* before = std::get_if<Convolution>(&architecture.node(node).operation);
  if (before == nullptr || kernel <= before->kernel) return std::nullopt;
  Convolution conv = *before;
  conv.kernel = kernel;
  Morphed result;
  result.architecture = rebuilt(architecture, [&](Architecture& copy, const Node& original, std::vector<int> inputs) {
    const bool grows = original.name == architecture.node(node).name;
    return copy.append(original.name, grows ? Operation(conv) : original.operation, std::move(inputs));
  });
  return result;
}

std::optional<Morphed> doubled(const Architecture& architecture, int node) {
  if (!is_layer(architecture.node(node).operation) || !has_readers(architecture, node)) return std::nullopt;
  const std::string& name = architecture.node(node).name;
  const std::string copy_name = new_name(architecture, name, "copy");
  Morphed result;
  result.architecture = with_behind(architecture, node, [&](Architecture& copy, int same) {
    const Node& original = copy.node(same);
    const int other = copy.append(copy_name, original.operation, original.inputs);
    return copy.append(new_name(architecture, name, "sum"), Add{}, {same, other});
  });
  result.origins = {{name, {.node = name, .scale = 0.5}}, {copy_name, {.node = name, .scale = 0.5}}};
  return result;
}

std::optional<Morphed> split(const Architecture& architecture, int node) {
  const int filters = architecture.node(node).shape.channels;
  if (!is_layer(architecture.node(node).operation) || !has_readers(architecture, node) || filters < 2) {
    return std::nullopt;
  }
  const auto part_of = [&](int outputs) {
    Operation operation = architecture.node(node).operation;
    if (auto* conv = std::get_if<Convolution>(&operation)) conv->filters = outputs;
    if (auto* dense = std::get_if<Dense>(&operation)) dense->units = outputs;
    return operation;
  };
  const std::string& name = architecture.node(node).name;
  const std::string other_name = new_name(architecture, name, "half");
  Morphed result;
  result.architecture = rebuilt(architecture, [&](Architecture& copy, const Node& original, std::vector<int> inputs) {
    if (original.name != name) return copy.append(original.name, original.operation, std::move(inputs));
    const int first = copy.append(name, part_of(filters / 2), inputs);
    const int second = copy.append(other_name, part_of(filters - filters / 2), inputs);
    return copy.append(new_name(architecture, name, "join"), Concatenate{}, {first, second});
  });
  result.origins = {{name, {.node = name}}, {other_name, {.node = name, .first_channel = filters / 2}}};
  return result;
}

std::optional<Morphed> with_norm(const Architecture& architecture, int node) {
  if (!is_layer(architecture.node(node).operation) || !has_readers(architecture, node)) return std::nullopt;
  for (const int reader : readers_of(architecture, node)) {
    const Operation& operation = architecture.node(reader).operation;
    if (std::holds_alternative<BatchNorm>(operation) || std::holds_alternative<LayerNorm>(operation)) {
      return std::nullopt;
    }
  }
  Morphed result;
  result.architecture = with_behind(architecture, node, [&](Architecture& copy, int same) {
    return copy.append(new_name(architecture, architecture.node(node).name, "norm"), BatchNorm{}, same);
  });
  return result;
}

/// A normalized layer gets a residual block behind it whose weights are its own and whose normalization starts at zero;
/// another layer the identity.
std::optional<Morphed> multiplied(const Architecture& architecture, int node) {
  if (!is_layer(architecture.node(node).operation)) return std::nullopt;
  const LayerEnd layer = layer_end(architecture, node);
  if (!layer.norm) return deepened(architecture, node);
  if (!has_readers(architecture, layer.end)) return std::nullopt;
  const std::string& name = architecture.node(node).name;
  const std::string copy_name = new_name(architecture, name, "again");
  Morphed result;
  result.architecture = with_behind(architecture, layer.end, [&](Architecture& copy, int start) {
    int end = copy.append(copy_name, keeping_shape(architecture, node), start);
    end = copy.append(new_name(architecture, name, "again-norm"), BatchNorm{}, end);
    return copy.append(new_name(architecture, name, "again-add"), Add{}, {start, end});
  });
  result.origins = {{copy_name, {.node = name}}};
  return result;
}

}  // namespace nascent
