#include "training/network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nascent/core/error.h"

namespace nascent {
namespace {

torch::Tensor as_type(const torch::Tensor& tensor, Precision precision) {
  return precision == Precision::kBfloat16 && tensor.defined() ? tensor.to(torch::kBFloat16) : tensor;
}

/// libtorch's gradient of float32 is wrong where what comes back does not lie in the order of what went in.
struct Gelu : torch::autograd::Function<Gelu> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x) {
    context->save_for_backward({x});
    return torch::gelu(x);
  }
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list gradients) {
    return {torch::gelu_backward(gradients[0].contiguous(), context->get_saved_variables()[0].contiguous())};
  }
};

/// In place where nobody else needs what came in.
torch::Tensor activate(ActivationKind kind, torch::Tensor x, bool in_place) {
  switch (kind) {
    case ActivationKind::kRelu:
      return in_place ? x.relu_() : torch::relu(x);
    case ActivationKind::kSilu:
      return torch::silu(x);
    case ActivationKind::kGelu:
      return Gelu::apply(x);
    case ActivationKind::kSelu:
      return torch::selu(x);
    case ActivationKind::kTanh:
      return torch::tanh(x);
  }
  throw InternalError("an activation is unknown to the network");
}

/// Statistics in float32. Over channels, the last dimension is the one that lies together.
torch::Tensor layer_norm(const torch::Tensor& x, const NormWeights& w) {
  const auto normalize = [&](const torch::Tensor& rows) {
    return torch::layer_norm(rows.to(torch::kFloat32), {x.size(1)}, w.weight, w.bias, kNormEpsilon).to(x.scalar_type());
  };
  return x.dim() == 2 ? normalize(x) : normalize(x.permute({0, 2, 3, 1})).permute({0, 3, 1, 2}).contiguous();
}

/// The gradient of a sum is spread without being computed for each position.
torch::Tensor mean_of_positions(const torch::Tensor& x) {
  return x.sum({2, 3}) * (1.0 / static_cast<double>(x.size(2) * x.size(3)));
}

torch::Tensor squeeze_excite(const torch::Tensor& x, const NodeWeights& w, Precision precision) {
  const torch::Tensor units =
      torch::linear(mean_of_positions(x), as_type(w.reduce_weight, precision), as_type(w.reduce_bias, precision));
  const torch::Tensor gates =
      torch::linear(units.relu(), as_type(w.expand_weight, precision), as_type(w.expand_bias, precision)).sigmoid();
  return x * gates.unsqueeze(2).unsqueeze(3);
}

torch::Tensor custom(const Node& node, CustomModule& module, std::vector<torch::Tensor> inputs, Precision precision) {
  for (torch::Tensor& input : inputs) input = input.to(torch::kFloat32);
  const torch::Tensor y = module.forward(inputs);
  const Shape& shape = node.shape;
  const std::vector<std::int64_t> expected =
      shape.is_flat() ? std::vector<std::int64_t>{inputs[0].size(0), shape.channels}
                      : std::vector<std::int64_t>{inputs[0].size(0), shape.channels, shape.height, shape.width};
  if (y.sizes() != at::IntArrayRef(expected) || y.scalar_type() != torch::kFloat32) {
    throw InputError(
        fmt::format("node '{}': the module of its operation gave {} numbers of {} for each example, not "
                    "{} as registered",
                    node.name, fmt::join(y.sizes().slice(std::min<std::size_t>(1, y.sizes().size())), " x "),
                    c10::toString(y.scalar_type()), to_string(shape)));
  }
  return as_type(y, precision);
}

}  // namespace

Network::Network(Architecture architecture, Random& random, const TensorSource& source)
    : architecture_(std::move(architecture)),
      weights_(make_weights(architecture_, *this, random, source)),
      readers_(reader_counts(architecture_)),
      steps_(plan_execution(architecture_)) {}

torch::Tensor Network::forward(const torch::Tensor& input, Precision precision, const Observer& observer) {
  std::vector<torch::Tensor> values(architecture_.nodes().size());
  values[0] = as_type(input, precision);
  for (const ExecutionStep& step : steps_) {
    values[static_cast<std::size_t>(step.node)] = run(step, values, precision);
    if (observer) observer(step.node, values[static_cast<std::size_t>(step.node)]);
    for (const int read : step.last_reads) values[static_cast<std::size_t>(read)].reset();
  }
  const torch::Tensor& output = values.back();
  return output.scalar_type() == torch::kFloat64 ? output : output.to(torch::kFloat32);
}

torch::Tensor Network::run(const ExecutionStep& step, const std::vector<torch::Tensor>& values, Precision precision) {
  const auto value = [&](std::size_t i) { return values[static_cast<std::size_t>(step.reads[i])]; };
  const torch::Tensor& x = values[static_cast<std::size_t>(step.reads[0])];
  if (step.norm >= 0) {
    const torch::Tensor residual = step.reads.size() > 1 ? value(1) : torch::Tensor();
    return norm_layer(x, residual, weights_[static_cast<std::size_t>(step.norm)].main,
                      {.learns = is_training(), .relu = step.relu});
  }
  const Node& node = architecture_.node(step.node);
  const Operation& operation = node.operation;
  const NodeWeights& weights = weights_[static_cast<std::size_t>(step.node)];
  const NormWeights& w = weights.main;
  if (const auto* conv = std::get_if<Convolution>(&operation)) {
    const std::int64_t padding = conv->dilation * (conv->kernel / 2);
    return torch::conv2d(x, as_type(w.weight, precision), as_type(w.bias, precision), {conv->stride, conv->stride},
                         {padding, padding}, {conv->dilation, conv->dilation}, conv->groups);
  }
  if (std::holds_alternative<LayerNorm>(operation)) return layer_norm(x, w);
  if (const auto* activation = std::get_if<Activation>(&operation))
    return activate(activation->kind, x, overwritable(step));
  if (const auto* pool = std::get_if<MaxPool>(&operation)) {
    return *pool == MaxPool{} ? max_pool_2x2(x) : torch::max_pool2d(x, pool->size, pool->stride, pool->padding);
  }
  if (const auto* pool = std::get_if<AveragePool>(&operation)) {
    return torch::avg_pool2d(x, pool->size, pool->stride, pool->padding, /*ceil_mode=*/false,
                             /*count_include_pad=*/false);
  }
  if (std::holds_alternative<GlobalAveragePool>(operation)) return mean_of_positions(x);
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
  if (std::holds_alternative<SqueezeExcite>(operation)) return squeeze_excite(x, weights, precision);
  if (std::holds_alternative<Scale>(operation)) {
    const torch::Tensor factors = as_type(w.weight, precision);
    return x * (x.dim() == 2 ? factors : factors.view({-1, 1, 1}));
  }
  if (std::holds_alternative<Zero>(operation)) return torch::zeros_like(x);
  if (std::holds_alternative<Custom>(operation)) {
    std::vector<torch::Tensor> inputs;
    for (std::size_t i = 0; i < step.reads.size(); ++i) inputs.push_back(value(i));
    return custom(node, *weights.custom, std::move(inputs), precision);
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
  const auto parameters = named_parameters();
  std::vector<ParameterGroupMember> members;
  for (const bool decays : {true, false}) {
    for (const auto& entry : parameters) {
      if ((entry.value().dim() > 1) == decays) members.push_back({entry.value(), 1.0, decays ? 1.0 : 0.0, entry.key()});
    }
  }
  return members;
}

}  // namespace nascent
