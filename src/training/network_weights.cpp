#include "training/network_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"

namespace nascent {
namespace {

using torch::Tensor;
using Sizes = std::vector<std::int64_t>;

Tensor normal_tensor(const Sizes& sizes, double deviation, Random& random) {
  Tensor tensor = torch::empty(sizes);
  float* values = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(deviation * random.normal());
  return tensor;
}

bool is_norm(const Node& node) {
  return std::holds_alternative<BatchNorm>(node.operation) || std::holds_alternative<LayerNorm>(node.operation);
}

/// Normalizations whose scale starts at zero: what they give is only added to something that is there already.
class ZeroStarts {
 public:
  explicit ZeroStarts(const Architecture& net) : net_(net), zero_(net.nodes().size(), false) {
    for (int i = 0; i <= net.last(); ++i) {
      if (!is_norm(net.node(i)) || !feeds_only_add(i)) continue;
      zero_[static_cast<std::size_t>(i)] = true;
      // Where nothing else is added, nothing would flow, and nothing could be learned.
      if (!every_sum_of_carries(i)) zero_[static_cast<std::size_t>(i)] = false;
    }
  }
  bool operator[](int index) const { return zero_[static_cast<std::size_t>(index)]; }

 private:
  bool feeds_only_add(int index) const {
    int adds = 0;
    for (const Node& node : net_.nodes()) {
      for (const int input : node.inputs) {
        if (input != index) continue;
        // Only the first input, the block's end, is left out at the start.
        if (!std::holds_alternative<Add>(node.operation) || node.inputs.front() != index) return false;
        ++adds;
      }
    }
    return adds > 0;
  }
  bool every_sum_of_carries(int index) const {
    std::vector<bool> carries(net_.nodes().size(), false);
    for (std::size_t i = 0; i < carries.size(); ++i) {
      const Node& node = net_.nodes()[i];
      const bool any = std::any_of(node.inputs.begin(), node.inputs.end(),
                                   [&](int input) { return carries[static_cast<std::size_t>(input)]; });
      carries[i] = i == 0 || (any && !zero_[i] && !std::holds_alternative<Zero>(node.operation));
      if (!carries[i] && std::find(node.inputs.begin(), node.inputs.end(), index) != node.inputs.end()) return false;
    }
    return true;
  }

  const Architecture& net_;
  std::vector<bool> zero_;
};

/// Makes and registers the tensors of one node after another.
class Maker {
 public:
  Maker(torch::nn::Module& module, Random& random, const TensorSource& source)
      : module_(module), random_(random), source_(source) {}

  NodeWeights make(const Architecture& net, int index, bool starts_at_zero) {
    const Node& node = net.node(index);
    node_ = node.name;
    NodeWeights w;
    const std::vector<Shape> inputs = net.input_shapes(index);
    const int channels = inputs.empty() ? 0 : inputs[0].channels;
    if (const auto* conv = std::get_if<Convolution>(&node.operation)) {
      const int group = channels / conv->groups;
      w.main.weight = normal("weight", {conv->filters, group, conv->kernel, conv->kernel}, 2.0);
      if (conv->bias) w.main.bias = constant("bias", conv->filters, 0.0);
    } else if (const auto* dense = std::get_if<Dense>(&node.operation)) {
      w.main.weight = normal("weight", {dense->units, channels}, index == net.last() ? 1.0 : 2.0);
      if (dense->bias) w.main.bias = constant("bias", dense->units, 0.0);
    } else if (is_norm(node)) {
      w.main.weight = constant("weight", channels, starts_at_zero ? 0.0 : 1.0);
      w.main.bias = constant("bias", channels, 0.0);
      if (std::holds_alternative<BatchNorm>(node.operation)) {
        w.main.running_mean = buffer("running_mean", channels, 0.0);
        w.main.running_variance = buffer("running_variance", channels, 1.0);
      }
    } else if (std::holds_alternative<Scale>(node.operation)) {
      w.main.weight = constant("weight", channels, 1.0);
    } else if (const auto* squeeze = std::get_if<SqueezeExcite>(&node.operation)) {
      w.reduce_weight = normal("reduce_weight", {squeeze->units, channels}, 2.0);
      w.reduce_bias = constant("reduce_bias", squeeze->units, 0.0);
      w.expand_weight = normal("expand_weight", {channels, squeeze->units}, 1.0);
      w.expand_bias = constant("expand_bias", channels, 0.0);
    } else if (const auto* custom = std::get_if<Custom>(&node.operation)) {
      w.custom = make_custom_module(*custom, inputs, node.name);
      const std::string name = tensor_name(node.name, "custom");
      for (auto& entry : w.custom->named_parameters()) replace(name + "." + entry.key(), entry.value());
      for (auto& entry : w.custom->named_buffers()) replace(name + "." + entry.key(), entry.value());
      module_.register_module(name, w.custom);
    }
    return w;
  }

 private:
  Tensor take(const std::string& name, const Sizes& sizes, const std::function<Tensor()>& draw) const {
    Tensor tensor = source_ ? source_(name, sizes, draw) : draw();
    if (!tensor.defined() || tensor.sizes() != at::IntArrayRef(sizes)) {
      throw InternalError(fmt::format("the source of tensors gave another shape for '{}'", name));
    }
    return tensor;
  }
  /// With a variance of `gain` by the number of inputs of an output (He et al. 2015 for 2).
  Tensor normal(const char* tensor, const Sizes& sizes, double gain) {
    std::int64_t fan_in = 1;
    for (std::size_t i = 1; i < sizes.size(); ++i) fan_in *= sizes[i];
    return parameter(tensor, sizes,
                     [&] { return normal_tensor(sizes, std::sqrt(gain / static_cast<double>(fan_in)), random_); });
  }
  Tensor constant(const char* tensor, std::int64_t size, double value) {
    return parameter(tensor, {size}, [&] { return torch::full({size}, value); });
  }
  Tensor parameter(const char* tensor, const Sizes& sizes, const std::function<Tensor()>& draw) {
    const std::string name = tensor_name(node_, tensor);
    return module_.register_parameter(name, take(name, sizes, draw));
  }
  Tensor buffer(const char* tensor, std::int64_t size, double value) {
    const std::string name = tensor_name(node_, tensor);
    return module_.register_buffer(name, take(name, {size}, [&] { return torch::full({size}, value); }));
  }
  /// What a custom module has made for itself stays the same tensor to it, with the data of the source.
  void replace(const std::string& name, Tensor& tensor) const {
    if (source_) tensor.set_data(take(name, tensor.sizes().vec(), [&] { return tensor.detach(); }));
  }

  torch::nn::Module& module_;
  Random& random_;
  const TensorSource& source_;
  std::string node_;
};

}  // namespace

std::string tensor_name(std::string_view node, std::string_view tensor) {
  // libtorch does not allow dots in names, and a node's name may hold any character.
  std::string scope(node);
  std::replace(scope.begin(), scope.end(), '.', '_');
  return scope + ":" + std::string(tensor);
}

std::vector<NodeWeights> make_weights(const Architecture& architecture, torch::nn::Module& module, Random& random,
                                      const TensorSource& source) {
  const ZeroStarts zero(architecture);
  Maker maker(module, random, source);
  std::vector<NodeWeights> weights;
  for (int i = 0; i <= architecture.last(); ++i) weights.push_back(maker.make(architecture, i, zero[i]));
  return weights;
}

}  // namespace nascent
