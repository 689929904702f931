#pragma once

#include <functional>

#include "training/network.h"

namespace nascent {

/// Computes the running statistics of all batch normalizations anew: their mean and variance over `batches` batches of
/// one size, which normalize themselves as in training. Needed where weights come from elsewhere than the training of
/// this network, as in weight sharing. `batch` gives the input of batch 0, 1, ... Leaves the network in evaluation
/// mode.
void compute_norm_statistics(Network& network, Precision precision, int batches,
                             const std::function<torch::Tensor(int)>& batch);

}  // namespace nascent
