#pragma once

#include "training/torch.h"

/// Layers whose steps are done in one pass over memory where libtorch takes several. On a processor they run our own
/// loops
/// (`plane_loops.h`), forward and backward; elsewhere the operations of libtorch that they stand for.
namespace nascent {

/// The state of a batch normalization: all of the size of the channels.
struct NormWeights {
  torch::Tensor weight;
  torch::Tensor bias;
  torch::Tensor running_mean;
  torch::Tensor running_variance;
};

/// The share of each batch in the running statistics, as in most libraries.
inline constexpr double kNormMomentum = 0.1;
/// Added to the variance of every normalization.
inline constexpr double kNormEpsilon = 1e-5;

struct NormOptions {
  bool learns = false;  ///< normalize by this batch and update the running statistics, or by those
  bool relu = false;    ///< rectify what comes out
};

/// relu(batch_norm(x) + residual), with each part but the normalization optional (`residual` may be undefined).
torch::Tensor norm_layer(const torch::Tensor& x, const torch::Tensor& residual, const NormWeights& weights,
                         const NormOptions& options);

/// Maximum over windows of 2 x 2.
torch::Tensor max_pool_2x2(const torch::Tensor& x);

}  // namespace nascent
