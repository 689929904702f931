#include "training/network.h"

#include <algorithm>
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

Network::Network(Architecture architecture, Random& random)
    : architecture_(std::move(architecture)),
      weights_(architecture_.nodes().size()),
      readers_(reader_counts(architecture_)),
      steps_(plan_execution(architecture_)) {
  for (int i = 0; i <= architecture_.last(); ++i) make_weights(i, feeds_only_add(architecture_, i), random);
}

void Network::make_weights(int index, bool before_add, Random& random) {
  const Node& node = architecture_.node(index);
  NormWeights& weights = weights_[static_cast<std::size_t>(index)];
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
  for (const ExecutionStep& step : steps_) {
    values[static_cast<std::size_t>(step.node)] = run(step, values, precision);
    for (const int read : step.last_reads) values[static_cast<std::size_t>(read)].reset();
  }
  return values.back().to(torch::kFloat32);
}

torch::Tensor Network::run(const ExecutionStep& step, const std::vector<torch::Tensor>& values, Precision precision) {
  const auto value = [&](std::size_t i) { return values[static_cast<std::size_t>(step.reads[i])]; };
  const torch::Tensor& x = values[static_cast<std::size_t>(step.reads[0])];
  if (step.norm >= 0) {
    const torch::Tensor residual = step.reads.size() > 1 ? value(1) : torch::Tensor();
    return norm_layer(x, residual, weights_[static_cast<std::size_t>(step.norm)],
                      {.learns = is_training(), .relu = step.relu});
  }
  const Operation& operation = architecture_.node(step.node).operation;
  const NormWeights& w = weights_[static_cast<std::size_t>(step.node)];
  if (const auto* conv = std::get_if<Convolution>(&operation)) {
    return torch::conv2d(x, as_type(w.weight, precision), as_type(w.bias, precision), conv->stride, conv->kernel / 2, 1,
                         conv->groups);
  }
  if (const auto* activation = std::get_if<Activation>(&operation))
    return activate(activation->kind, x, overwritable(step));
  if (const auto* pool = std::get_if<MaxPool>(&operation)) {
    return pool->size == 2 && pool->stride == 2 ? max_pool_2x2(x) : torch::max_pool2d(x, pool->size, pool->stride);
  }
  if (const auto* pool = std::get_if<AveragePool>(&operation)) return torch::avg_pool2d(x, pool->size, pool->stride);
  if (std::holds_alternative<GlobalAveragePool>(operation)) {
    // The gradient of a sum is spread without being computed for each position.
    return x.sum({2, 3}) * (1.0 / static_cast<double>(x.size(2) * x.size(3)));
  }
  if (std::holds_alternative<Add>(operation)) {
    torch::Tensor sum = x + value(1);
    for (std::size_t i = 2; i < step.reads.size(); ++i) sum += value(i);
    return sum;
  }
  if (std::holds_alternative<Concatenate>(operation)) {
    std::vector<torch::Tensor> parts;
    for (std::size_t i = 0; i < step.reads.size(); ++i) parts.push_back(value(i));
    return torch::cat(parts, 1);
  }
  if (const auto* dropout = std::get_if<Dropout>(&operation)) return torch::dropout(x, dropout->rate, is_training());
  if (std::holds_alternative<Flatten>(operation)) return x.flatten(1);
  if (std::holds_alternative<Dense>(operation)) {
    return torch::linear(x, as_type(w.weight, precision), as_type(w.bias, precision));
  }
  return x;  // Identity
}

bool Network::overwritable(const ExecutionStep& step) const {
  const auto source = static_cast<std::size_t>(step.reads[0]);
  const Operation& operation = architecture_.nodes()[source].operation;
  return readers_[source] == 1 && (std::holds_alternative<Convolution>(operation) ||
                                   std::holds_alternative<Dense>(operation) || std::holds_alternative<Add>(operation));
}

std::vector<ParameterGroupMember> Network::optimizer_members() const {
  std::vector<ParameterGroupMember> members;
  for (const bool decays : {true, false}) {
    for (const NormWeights& weights : weights_) {
      if (weights.weight.defined() && (weights.weight.dim() > 1) == decays) {
        members.push_back({weights.weight, 1.0, decays ? 1.0 : 0.0});
      }
      if (!decays && weights.bias.defined()) members.push_back({weights.bias, 1.0, 0.0});
    }
  }
  return members;
}

}  // namespace nascent
