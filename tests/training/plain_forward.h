#pragma once

#include <cmath>

#include "training/network.h"

namespace nascent::testing {

/// The architecture node by node with libtorch's own operations: no grouping, nothing in place; in float64 unless told
/// otherwise.
class PlainForward {
 public:
  PlainForward(const Network& network, bool training, torch::Dtype type = torch::kFloat64)
      : net_(network.architecture()),
        parameters_(network.named_parameters()),
        buffers_(network.named_buffers()),
        training_(training),
        type_(type) {}

  torch::Tensor operator()(const torch::Tensor& input) {
    std::vector<torch::Tensor> values{input.to(type_)};
    for (int i = 1; i <= net_.last(); ++i) {
      std::vector<torch::Tensor> inputs;
      for (const int read : net_.node(i).inputs) inputs.push_back(values[static_cast<std::size_t>(read)]);
      node_ = net_.node(i).name;
      values.push_back(std::visit([&](const auto& operation) { return run(operation, inputs); },  //
                                  net_.node(i).operation));
    }
    elements_ = 0;
    for (const torch::Tensor& value : values) elements_ += value.numel();
    return values.back();
  }
  /// Numbers in all values of the last pass.
  std::int64_t elements() const { return elements_; }

 private:
  using Inputs = std::vector<torch::Tensor>;

  torch::Tensor tensor(const char* name) const {
    const torch::Tensor* found = parameters_.find(tensor_name(node_, name));
    if (found == nullptr) found = buffers_.find(tensor_name(node_, name));
    return found == nullptr ? torch::Tensor() : found->to(type_);
  }
  torch::Tensor run(const Input&, const Inputs&) const { throw std::logic_error("an input is not computed"); }
  torch::Tensor run(const Custom&, const Inputs&) const {
    throw std::logic_error("libtorch knows no custom operation");
  }
  torch::Tensor run(const Convolution& conv, const Inputs& x) const {
    const std::int64_t padding = conv.dilation * (conv.kernel / 2);
    return torch::conv2d(x[0], tensor("weight"), tensor("bias"), conv.stride, padding, conv.dilation, conv.groups);
  }
  torch::Tensor run(const BatchNorm&, const Inputs& x) const {
    return torch::batch_norm(x[0], tensor("weight"), tensor("bias"), tensor("running_mean").clone(),
                             tensor("running_variance").clone(), training_, 0.1, 1e-5, false);
  }
  /// By its definition: (x - mean) / sqrt(variance + eps) over dimension 1.
  torch::Tensor run(const LayerNorm&, const Inputs& x) const {
    const torch::Tensor centred = x[0] - x[0].mean({1}, true);
    const torch::Tensor normal = centred / (centred.square().mean({1}, true) + 1e-5).sqrt();
    return normal * along(tensor("weight"), x[0]) + along(tensor("bias"), x[0]);
  }
  torch::Tensor run(const Activation& activation, const Inputs& x) const {
    switch (activation.kind) {
      case ActivationKind::kRelu:
        return torch::relu(x[0]);
      case ActivationKind::kSilu:
        return x[0] * torch::sigmoid(x[0]);
      case ActivationKind::kGelu:
        return 0.5 * x[0] * (1.0 + torch::erf(x[0] * std::sqrt(0.5)));
      case ActivationKind::kSelu:
        return torch::selu(x[0]);
      case ActivationKind::kTanh:
        return torch::tanh(x[0]);
    }
    throw std::logic_error("unknown activation");
  }
  torch::Tensor run(const MaxPool& pool, const Inputs& x) const {
    return torch::max_pool2d(x[0], pool.size, pool.stride, pool.padding);
  }
  /// The sum of each window by how many of its positions lie inside.
  torch::Tensor run(const AveragePool& pool, const Inputs& x) const {
    const auto mean_with_zeros = [&](const torch::Tensor& maps) {
      return torch::avg_pool2d(maps, pool.size, pool.stride, pool.padding, false, true);
    };
    return mean_with_zeros(x[0]) / mean_with_zeros(torch::ones_like(x[0]));
  }
  torch::Tensor run(const GlobalAveragePool&, const Inputs& x) const { return x[0].mean({2, 3}); }
  torch::Tensor run(const Add&, const Inputs& x) const { return torch::stack(x).sum(0); }
  torch::Tensor run(const Concatenate&, const Inputs& x) const { return torch::cat(x, 1); }
  torch::Tensor run(const Dropout&, const Inputs& x) const { return x[0]; }
  torch::Tensor run(const Flatten&, const Inputs& x) const { return x[0].flatten(1); }
  torch::Tensor run(const Dense&, const Inputs& x) const {
    return torch::linear(x[0], tensor("weight"), tensor("bias"));
  }
  torch::Tensor run(const SqueezeExcite&, const Inputs& x) const {
    const torch::Tensor units =
        torch::relu(torch::linear(x[0].mean({2, 3}), tensor("reduce_weight"), tensor("reduce_bias")));
    return x[0] * along(torch::sigmoid(torch::linear(units, tensor("expand_weight"), tensor("expand_bias"))), x[0]);
  }
  torch::Tensor run(const Scale&, const Inputs& x) const { return x[0] * along(tensor("weight"), x[0]); }
  torch::Tensor run(const Identity&, const Inputs& x) const { return x[0]; }
  torch::Tensor run(const Zero&, const Inputs& x) const { return 0.0 * x[0]; }

  /// Channels (with or without examples before them) to be spread over the positions of x.
  static torch::Tensor along(const torch::Tensor& channels, const torch::Tensor& x) {
    return x.dim() == 4 ? channels.unsqueeze(-1).unsqueeze(-1) : channels;
  }

  const Architecture& net_;
  torch::OrderedDict<std::string, torch::Tensor> parameters_;
  torch::OrderedDict<std::string, torch::Tensor> buffers_;
  bool training_;
  torch::Dtype type_;
  std::int64_t elements_ = 0;
  std::string node_;
};

/// Fresh networks have scales of one and zero, which would hide what is multiplied by them.
inline void disturb(Network& network) {
  const torch::NoGradGuard no_grad;
  for (auto& parameter : network.parameters()) parameter.add_(0.2 * torch::randn_like(parameter));
  for (auto& buffer : network.named_buffers()) buffer.value().add_(0.3 * torch::rand_like(buffer.value()));
}

}  // namespace nascent::testing
