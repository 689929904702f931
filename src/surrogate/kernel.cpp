#include "surrogate/kernel.h"

#include <cmath>

namespace nascent {

Kernel::Kernel(KernelLayout layout, Eigen::VectorXd theta)
    : layout_(std::move(layout)),
      theta_(std::move(theta)),
      scales_(static_cast<Eigen::Index>(layout_.coordinates.size())) {
  for (std::size_t c = 0; c < layout_.coordinates.size(); ++c) {
    const KernelLayout::Coordinate& coordinate = layout_.coordinates[c];
    double log_scale = -theta_[coordinate.scale];
    if (coordinate.weight != KernelLayout::kNoWeight) log_scale += 0.5 * theta_[layout_.scales + coordinate.weight];
    scales_[static_cast<Eigen::Index>(c)] = std::exp(log_scale);
  }
  signal_ = std::exp(theta_[layout_.scales + layout_.weights]);
  noise_ = std::exp(theta_[layout_.scales + layout_.weights + 1]);
}

}  // namespace nascent
