#pragma once

#include <filesystem>

#include "training/flat_optimizer.h"
#include "training/torch.h"

namespace nascent {

/// Writes all parameters and buffers of a module under their names, as a libtorch archive, and the state of its
/// optimizer beside them if there is one.
void save_weights(const torch::nn::Module& module, const std::filesystem::path& path, const OptimizerState& state = {});

/// Reads what `save_weights` wrote into a module of the same structure, onto the device where its tensors are. Throws
/// `InputError` naming the file when it is missing or damaged, and the tensor when it is missing or has another shape.
void load_weights(torch::nn::Module& module, const std::filesystem::path& path);

/// The state that `save_weights` wrote; empty where it wrote none. Throws `InputError` naming the file when it is
/// missing or damaged.
OptimizerState load_optimizer_state(const std::filesystem::path& path);

}  // namespace nascent
