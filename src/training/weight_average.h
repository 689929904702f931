#pragma once

#include <cstdint>
#include <vector>

#include "training/torch.h"

namespace nascent {

/// An exponential moving average of everything that a network has learned: its weights and the running statistics of
/// its normalizations (Polyak & Juditsky 1992; the form used here: Tarvainen & Valpola 2017).
///
///     average := decay * average + (1 - decay) * weights        after each step
class WeightAverage {
 public:
  /// Starts as a copy. The tensors stay those of the network.
  explicit WeightAverage(std::vector<torch::Tensor> tensors);

  void update(double decay);
  /// Exchanges the average and the network's own: once to use the average, once more to go on training.
  void exchange();

 private:
  std::vector<torch::Tensor> tensors_;
  std::vector<torch::Tensor> averages_;
};

/// The decay at a step (1, 2, ...) of a training of about so many: the average reaches over the last thirtieth of the
/// training, and at the start over a tenth of what there is.
double averaging_decay(std::int64_t step, double steps);

}  // namespace nascent
