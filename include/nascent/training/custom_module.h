#pragma once

#include <torch/torch.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/architecture/operation.h"

namespace nascent {

/// How an operation of a user computes (`nascent/architecture/custom_operation.h` says what the engine must know of it
/// beside that). What it registers as parameters and buffers is trained, saved and inherited with the network.
class CustomModule : public torch::nn::Module {
 public:
  /// `inputs`: float32, batch x channels x height x width or batch x features, not to be changed. Returns float32 of
  /// the shape that the operation was registered with. In training `is_training()` holds.
  virtual torch::Tensor forward(const std::vector<torch::Tensor>& inputs) = 0;
};

/// Makes the module of one node. What it draws at random comes from libtorch's generator.
using CustomModuleFactory =
    std::function<std::shared_ptr<CustomModule>(const Json& options, std::span<const Shape> inputs)>;

/// Makes the computation known for `Custom` nodes of this kind. Call it at the start of the program. Throws
/// `InputError` when the kind is empty or taken.
void register_module(std::string kind, CustomModuleFactory factory);

/// The module of a node that reads `inputs`. Throws `InputError` with a sentence about `node` when nobody has
/// registered its kind.
std::shared_ptr<CustomModule> make_custom_module(const Custom& operation, std::span<const Shape> inputs,
                                                 std::string_view node);

}  // namespace nascent
