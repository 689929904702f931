#include "training/weight_average.h"

#include <algorithm>

namespace nascent {
namespace {

constexpr double kShare = 1.0 / 30.0;

}  // namespace

WeightAverage::WeightAverage(std::vector<torch::Tensor> tensors) : tensors_(std::move(tensors)) {
  for (const torch::Tensor& tensor : tensors_) averages_.push_back(tensor.detach().clone());
}

void WeightAverage::update(double decay) {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < tensors_.size(); ++i) averages_[i].lerp_(tensors_[i], 1.0 - decay);
}

void WeightAverage::exchange() {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const torch::Tensor own = tensors_[i].detach().clone();
    tensors_[i].copy_(averages_[i]);
    averages_[i].copy_(own);
  }
}

double averaging_decay(std::int64_t step, double steps) {
  const auto done = static_cast<double>(step);
  return std::min((1.0 + done) / (10.0 + done), 1.0 - 1.0 / std::max(1.0, kShare * steps));
}

}  // namespace nascent
