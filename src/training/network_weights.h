#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/architecture/architecture.h"
#include "nascent/core/random.h"
#include "nascent/training/custom_module.h"
#include "training/fused_layers.h"
#include "training/torch.h"

namespace nascent {

/// The tensors of one node; undefined where it has none.
struct NodeWeights {
  NormWeights main;             ///< weight and bias of any operation; running statistics of a batch normalization
  torch::Tensor reduce_weight;  ///< squeeze-and-excitation: units x channels
  torch::Tensor reduce_bias;
  torch::Tensor expand_weight;  ///< channels x units
  torch::Tensor expand_bias;
  std::shared_ptr<CustomModule> custom;
};

/// Where a network takes its tensors from. Called once for each with its name (as in an archive), its sizes and a
/// function that draws a fresh one; what it returns becomes the parameter or buffer itself, so that networks may share
/// tensors.
using TensorSource = std::function<torch::Tensor(const std::string& name, at::IntArrayRef sizes,
                                                 const std::function<torch::Tensor()>& draw)>;

/// The name of a tensor of a node: "stage-1/convolution:weight".
std::string tensor_name(std::string_view node, std::string_view tensor);

/// Takes the tensors of every node from `source` and registers them with `module`.
std::vector<NodeWeights> make_weights(const Architecture& architecture, torch::nn::Module& module, Random& random,
                                      const TensorSource& source);

}  // namespace nascent
