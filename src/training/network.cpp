#include "training/network.h"

#include <cmath>

#include "nascent/core/error.h"

namespace nascent {
namespace {

torch::Tensor normal_tensor(std::vector<std::int64_t> sizes, double deviation, Random& random) {
  torch::Tensor tensor = torch::empty(sizes);
  float* values = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(deviation * random.normal());
  return tensor;
}

torch::Tensor as_type(const torch::Tensor& tensor, Precision precision) {
  return precision == Precision::kBfloat16 && tensor.defined() ? tensor.to(torch::kBFloat16) : tensor;
}

/// In place where nobody else needs what came in.
torch::Tensor activate(ActivationKind kind, torch::Tensor x, bool in_place) {
  switch (kind) {
    case ActivationKind::kRelu:
      return in_place ? x.relu_() : torch::relu(x);
    case ActivationKind::kSilu:
      return torch::silu(x);
    case ActivationKind::kGelu:
      return torch::gelu(x);
    case ActivationKind::kSelu:
      return torch::selu(x);
    case ActivationKind::kTanh:
      return torch::tanh(x);
  }
  throw InternalError("an activation is unknown to the network");
}

bool feeds_only_add(const Architecture& architecture, int index) {
  int adds = 0;
  for (const Node& node : architecture.nodes()) {
    for (const int input : node.inputs) {
      if (input != index) continue;
      if (!std::holds_alternative<Add>(node.operation)) return false;
      // Where all inputs of the addition started at zero nothing would flow: only the first, the block's end, does.
      if (node.inputs.front() != index) return false;
      ++adds;
    }
  }
  return adds > 0;
}

}  // namespace

Network::Network(Architecture architecture, Random& random) : architecture_(std::move(architecture)) {
  const std::size_t count = architecture_.nodes().size();
  weights_.resize(count);
  last_reader_.assign(count, static_cast<int>(count));
  readers_.assign(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    for (const int input : architecture_.nodes()[i].inputs) {
      last_reader_[static_cast<std::size_t>(input)] = static_cast<int>(i);
      ++readers_[static_cast<std::size_t>(input)];
    }
    make_weights(static_cast<int>(i), feeds_only_add(architecture_, static_cast<int>(i)), random);
  }
}

void Network::make_weights(int index, bool before_add, Random& random) {
  const Node& node = architecture_.node(index);
  Weights& weights = weights_[static_cast<std::size_t>(index)];
  // libtorch does not allow dots in names, and a node's name may hold any character.
  std::string scope = node.name;
  std::replace(scope.begin(), scope.end(), '.', '_');
  const auto parameter = [&](const char* name, torch::Tensor value) {
    return register_parameter(scope + ":" + name, std::move(value));
  };
  if (const auto* conv = std::get_if<Convolution>(&node.operation)) {
    const int channels = architecture_.input_shapes(index)[0].channels / conv->groups;
    const double fan_in = static_cast<double>(channels) * conv->kernel * conv->kernel;
    weights.weight = parameter("weight", normal_tensor({conv->filters, channels, conv->kernel, conv->kernel},
                                                       std::sqrt(2.0 / fan_in), random));
    if (conv->bias) weights.bias = parameter("bias", torch::zeros({conv->filters}));
  } else if (const auto* dense = std::get_if<Dense>(&node.operation)) {
    const int features = architecture_.input_shapes(index)[0].channels;
    const bool last = index == architecture_.last();
    weights.weight =
        parameter("weight", normal_tensor({dense->units, features}, std::sqrt((last ? 1.0 : 2.0) / features), random));
    if (dense->bias) weights.bias = parameter("bias", torch::zeros({dense->units}));
  } else if (std::holds_alternative<BatchNorm>(node.operation)) {
    const int channels = architecture_.input_shapes(index)[0].channels;
    weights.weight = parameter("weight", before_add ? torch::zeros({channels}) : torch::ones({channels}));
    weights.bias = parameter("bias", torch::zeros({channels}));
    weights.running_mean = register_buffer(scope + ":running_mean", torch::zeros({channels}));
    weights.running_variance = register_buffer(scope + ":running_variance", torch::ones({channels}));
  }
}

torch::Tensor Network::forward(const torch::Tensor& input, Precision precision) {
  std::vector<torch::Tensor> values(architecture_.nodes().size());
  values[0] = as_type(input, precision);
  for (std::size_t i = 1; i < values.size(); ++i) {
    values[i] = apply(i, values, precision);
    for (const int read : architecture_.nodes()[i].inputs) {
      if (last_reader_[static_cast<std::size_t>(read)] == static_cast<int>(i))
        values[static_cast<std::size_t>(read)].reset();
    }
  }
  return values.back().to(torch::kFloat32);
}

torch::Tensor Network::apply(std::size_t index, const std::vector<torch::Tensor>& values, Precision precision) {
  const Node& node = architecture_.nodes()[index];
  const Weights& w = weights_[index];
  const auto source = static_cast<std::size_t>(node.inputs[0]);
  const torch::Tensor& x = values[source];
  if (const auto* conv = std::get_if<Convolution>(&node.operation)) {
    return torch::conv2d(x, as_type(w.weight, precision), as_type(w.bias, precision), conv->stride, conv->kernel / 2, 1,
                         conv->groups);
  }
  if (std::holds_alternative<BatchNorm>(node.operation)) {
    // Running statistics: the weight of a batch is 0.1, as in most libraries. A variance needs more than one value.
    const bool learns = is_training() && x.numel() > x.size(1);
    return torch::batch_norm(x, w.weight, w.bias, w.running_mean, w.running_variance, learns, 0.1, 1e-5, true);
  }
  if (const auto* activation = std::get_if<Activation>(&node.operation)) {
    return activate(activation->kind, x, source != 0 && readers_[source] == 1);
  }
  if (const auto* pool = std::get_if<MaxPool>(&node.operation)) return torch::max_pool2d(x, pool->size, pool->stride);
  if (const auto* pool = std::get_if<AveragePool>(&node.operation))
    return torch::avg_pool2d(x, pool->size, pool->stride);
  if (std::holds_alternative<GlobalAveragePool>(node.operation)) return x.mean({2, 3});
  if (std::holds_alternative<Add>(node.operation)) {
    torch::Tensor sum = x + values[static_cast<std::size_t>(node.inputs[1])];
    for (std::size_t i = 2; i < node.inputs.size(); ++i) sum += values[static_cast<std::size_t>(node.inputs[i])];
    return sum;
  }
  if (std::holds_alternative<Concatenate>(node.operation)) {
    std::vector<torch::Tensor> parts;
    for (const int input : node.inputs) parts.push_back(values[static_cast<std::size_t>(input)]);
    return torch::cat(parts, 1);
  }
  if (const auto* dropout = std::get_if<Dropout>(&node.operation))
    return torch::dropout(x, dropout->rate, is_training());
  if (std::holds_alternative<Flatten>(node.operation)) return x.flatten(1);
  if (std::holds_alternative<Dense>(node.operation)) {
    return torch::linear(x, as_type(w.weight, precision), as_type(w.bias, precision));
  }
  return x;  // Identity
}

std::vector<ParameterGroupMember> Network::optimizer_members() const {
  std::vector<ParameterGroupMember> members;
  for (const bool decays : {true, false}) {
    for (const Weights& weights : weights_) {
      if (weights.weight.defined() && (weights.weight.dim() > 1) == decays) {
        members.push_back({weights.weight, 1.0, decays ? 1.0 : 0.0});
      }
      if (!decays && weights.bias.defined()) members.push_back({weights.bias, 1.0, 0.0});
    }
  }
  return members;
}

}  // namespace nascent
