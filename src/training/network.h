#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "nascent/architecture/architecture.h"
#include "nascent/core/random.h"
#include "nascent/training/precision.h"
#include "training/execution_plan.h"
#include "training/flat_optimizer.h"
#include "training/network_weights.h"
#include "training/torch.h"

namespace nascent {

/// An architecture with weights: the only translator from operations to libtorch.
///
/// Weights are registered under the names of their nodes ("stage-1/convolution:weight"), so that an archive can be read
/// by name and a child network can inherit what it shares with its parent. Parameters are float32; with bfloat16 the
/// activations and the copies of the weights that convolutions and dense layers use are bfloat16, while normalizations,
/// sums over a batch and the loss stay float32.
class Network : public torch::nn::Module {
 public:
  /// Draws fresh weights: He's normal initialization for convolutions and dense layers; the scale of a normalization
  /// that feeds an addition starts at zero, so that each residual block starts as the identity (Goyal et al. 2017).
  /// With a `source` the tensors are taken from there instead.
  Network(Architecture architecture, Random& random, const TensorSource& source = {});

  const Architecture& architecture() const { return architecture_; }

  /// Told the output of each node that is computed for itself, in order.
  using Observer = std::function<void(int node, const torch::Tensor& value)>;

  /// batch x channels x height x width (or batch x features) → batch x outputs, in float32; in float64 where the
  /// weights and the input are, with float32 as the precision.
  torch::Tensor forward(const torch::Tensor& input, Precision precision, const Observer& observer = {});

  /// All parameters for an optimizer; biases and normalizations do not decay.
  std::vector<ParameterGroupMember> optimizer_members() const;

 private:
  /// True if nothing but this step needs what it reads, neither forward nor for the gradients.
  bool overwritable(const ExecutionStep& step) const;
  torch::Tensor run(const ExecutionStep& step, const std::vector<torch::Tensor>& values, Precision precision);

  Architecture architecture_;
  std::vector<NodeWeights> weights_;  ///< one for each node
  std::vector<int> readers_;          ///< how many nodes read the output of a node
  std::vector<ExecutionStep> steps_;
};

}  // namespace nascent
