#include "training/inherit.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "nascent/core/error.h"

namespace nascent {
namespace {

using torch::Tensor;
using Tensors = std::map<std::string, Tensor>;
using Start = NodeInheritance::Start;

Tensors tensors_of(const Network& network) {
  Tensors tensors;
  for (const auto& entry : network.named_parameters()) tensors.emplace(entry.key(), entry.value());
  for (const auto& entry : network.named_buffers()) tensors.emplace(entry.key(), entry.value());
  return tensors;
}

/// One tensor of the child that takes numbers from one of the parent.
struct Transfer {
  std::string from;
  std::string to;
  const std::vector<int>* rows = nullptr;     ///< for each of the child's the parent's, or -1; null: all as they are
  const std::vector<int>* columns = nullptr;  ///< the same of the second dimension; -1 are zeros
  double scale = 1.0;
};

std::vector<Transfer> transfers_of(const InheritancePlan& plan, const Network& parent, const Network& child) {
  std::vector<Transfer> all;
  for (int i = 0; i <= child.architecture().last(); ++i) {
    const NodeInheritance& start = plan.nodes[static_cast<std::size_t>(i)];
    if (start.start != Start::kInherited) continue;
    const Node& here = child.architecture().node(i);
    const Node& there = parent.architecture().node(start.parent);
    const auto take = [&](const char* name, const std::vector<int>* rows, const std::vector<int>* columns,
                          double scale) {
      all.push_back({tensor_name(there.name, name), tensor_name(here.name, name), rows, columns, scale});
    };
    if (std::holds_alternative<SqueezeExcite>(here.operation)) {
      take("reduce_weight", &start.units, &start.outputs, 1.0);
      take("reduce_bias", &start.units, nullptr, 1.0);
      take("expand_weight", &start.outputs, &start.units, 1.0);
      take("expand_bias", &start.outputs, nullptr, 1.0);
    } else if (std::holds_alternative<Custom>(here.operation)) {
      const std::string prefix = tensor_name(here.name, "custom") + ".";
      for (const auto& [name, tensor] : tensors_of(child)) {
        if (!name.starts_with(prefix)) continue;
        all.push_back({tensor_name(there.name, "custom") + "." + name.substr(prefix.size()), name});
      }
    } else {
      const bool has_inputs =
          std::holds_alternative<Convolution>(here.operation) || std::holds_alternative<Dense>(here.operation);
      take("weight", &start.outputs, has_inputs ? &start.inputs : nullptr, start.scale);
      take("bias", &start.outputs, nullptr, start.scale);
      take("running_mean", &start.outputs, nullptr, 1.0);
      take("running_variance", &start.outputs, nullptr, 1.0);
    }
  }
  return all;
}

/// The places that have a parent, and those parents, as indices of tensors.
struct Places {
  Tensor here;
  Tensor there;

  Places(const std::vector<int>& parents, std::int64_t size, const torch::Device& device) {
    if (static_cast<std::int64_t>(parents.size()) != size) {
      throw InternalError(fmt::format("a plan of inheritance lists {} of {} channels", parents.size(), size));
    }
    std::vector<std::int64_t> to, from;
    for (std::size_t i = 0; i < parents.size(); ++i) {
      if (parents[i] < 0) continue;
      to.push_back(static_cast<std::int64_t>(i));
      from.push_back(parents[i]);
    }
    here = torch::tensor(to, torch::kInt64).to(device);
    there = torch::tensor(from, torch::kInt64).to(device);
  }
};

/// Centre on centre: a larger kernel has zeros around, a smaller one keeps the middle.
Tensor with_kernel(const Tensor& weight, std::int64_t kernel) {
  const std::int64_t more = (kernel - weight.size(2)) / 2;
  return more == 0 ? weight : torch::constant_pad_nd(weight, {more, more, more, more});
}

/// `from` may be undefined: then what it would have given is zero.
void copy(const Tensor& from, Tensor to, const Transfer& transfer, double scale) {
  if (transfer.rows == nullptr) {
    to.copy_(from);
    return;
  }
  const Places rows(*transfer.rows, to.size(0), to.device());
  std::vector<std::int64_t> sizes = to.sizes().vec();
  sizes[0] = rows.here.size(0);
  Tensor block = torch::zeros(sizes, to.options().requires_grad(false));
  if (from.defined()) {
    Tensor given = from.detach().to(to.device()).index_select(0, rows.there) * scale;
    if (given.dim() == 4) given = with_kernel(given, to.size(2));
    if (transfer.columns != nullptr) {
      const Places columns(*transfer.columns, to.size(1), to.device());
      block.index_copy_(1, columns.here, given.index_select(1, columns.there));
    } else {
      block.copy_(given);
    }
  }
  to.index_copy_(0, rows.here, block);
}

Tensor find(const Tensors& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  return found == tensors.end() ? Tensor() : found->second;
}

/// A convolution or dense layer that passes on the channels listed.
void pass_on(const std::vector<int>& inputs, Tensor weight, Tensor bias, int groups) {
  const std::int64_t filters_of_group = weight.size(0) / groups;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] < 0) continue;
    const auto row = static_cast<std::int64_t>(i);
    const std::int64_t column = inputs[i] - row / filters_of_group * weight.size(1);
    Tensor filter = weight[row].zero_()[column];
    if (filter.dim() == 2) filter = filter[filter.size(0) / 2][filter.size(1) / 2];
    filter.fill_(1.0);
    if (bias.defined()) bias[row].zero_();
  }
}

void start_new(const Node& node, const NodeInheritance& start, const Tensors& tensors) {
  Tensor weight = find(tensors, tensor_name(node.name, "weight"));
  Tensor bias = find(tensors, tensor_name(node.name, "bias"));
  if (start.start == Start::kZero) {
    weight.zero_();
    if (bias.defined()) bias.zero_();
  } else if (const auto* conv = std::get_if<Convolution>(&node.operation)) {
    pass_on(start.outputs, weight, bias, conv->groups);
  } else if (std::holds_alternative<Dense>(node.operation)) {
    pass_on(start.outputs, weight, bias, 1);
  } else if (std::holds_alternative<Scale>(node.operation)) {
    weight.fill_(1.0);
  } else if (std::holds_alternative<BatchNorm>(node.operation)) {
    // Its running statistics are a mean of 0 and a variance of 1, from which the epsilon has to be taken back.
    weight.fill_(std::sqrt(1.0 + kNormEpsilon));
    bias.zero_();
  } else {
    throw InternalError(fmt::format("node '{}': {} cannot start as the identity", node.name, name_of(node.operation)));
  }
}

}  // namespace

void inherit_weights(const InheritancePlan& plan, const Network& parent, Network& child) {
  const torch::NoGradGuard no_grad;
  const Tensors theirs = tensors_of(parent);
  const Tensors ours = tensors_of(child);
  for (const Transfer& transfer : transfers_of(plan, parent, child)) {
    const Tensor to = find(ours, transfer.to);
    if (to.defined()) copy(find(theirs, transfer.from), to, transfer, transfer.scale);
  }
  for (int i = 0; i <= child.architecture().last(); ++i) {
    const NodeInheritance& start = plan.nodes[static_cast<std::size_t>(i)];
    if (start.start == Start::kIdentity || start.start == Start::kZero) {
      start_new(child.architecture().node(i), start, ours);
    }
  }
}

InheritReport inherit_weights(const Network& parent, Network& child, const Origins& origins) {
  const InheritancePlan plan = plan_inheritance(parent.architecture(), child.architecture(), origins);
  inherit_weights(plan, parent, child);
  const auto parameters = static_cast<double>(child.architecture().parameters());
  return {plan.exactness, parameters > 0.0 ? static_cast<double>(plan.inherited_parameters) / parameters : 0.0,
          plan.why_not_exact};
}

OptimizerState inherit_state(const InheritancePlan& plan, const Network& parent, const Network& child,
                             const OptimizerState& state) {
  const torch::NoGradGuard no_grad;
  const auto parameters = child.named_parameters();
  OptimizerState inherited;
  if (const auto steps = state.find(kOptimizerSteps); steps != state.end()) inherited.insert(*steps);
  for (const Transfer& transfer : transfers_of(plan, parent, child)) {
    const Tensor* parameter = parameters.find(transfer.to);
    if (parameter == nullptr) continue;
    for (const char* moment : kOptimizerMoments) {
      const Tensor from = find(state, transfer.from + moment);
      if (!from.defined()) continue;
      Tensor to = torch::zeros(parameter->sizes());
      // Halves of a branch have the gradients of the whole: moments are not scaled.
      copy(from, to, transfer, 1.0);
      inherited.emplace(transfer.to + moment, to);
    }
  }
  return inherited;
}

}  // namespace nascent
