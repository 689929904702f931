#pragma once

#include "nascent/core/random.h"
#include "training/torch.h"

namespace nascent {

/// A number of the distribution Beta(alpha, alpha), by Joehnk's method (1964). Requires alpha > 0; meant for alpha up
/// to about 2.
double draw_beta(double alpha, Random& random);

/// Each example together with the one that stands as far from the end as it does from the start, at `share` and
/// 1 - share: batches come in random order, so this is a random partner (Zhang et al., mixup, ICLR 2018).
torch::Tensor mixed(const torch::Tensor& examples, double share);

}  // namespace nascent
