#include "training/mixup.h"

#include <algorithm>
#include <cmath>

namespace nascent {

double draw_beta(double alpha, Random& random) {
  for (;;) {
    // In logarithms: for a small alpha both powers may be too small for a double.
    const double x = std::log1p(-random.uniform()) / alpha;
    const double y = std::log1p(-random.uniform()) / alpha;
    const double largest = std::max(x, y);
    const double log_sum = largest + std::log(std::exp(x - largest) + std::exp(y - largest));
    if (log_sum <= 0.0) return std::exp(x - log_sum);
  }
}

torch::Tensor mixed(const torch::Tensor& examples, double share) {
  return examples * share + examples.flip({0}) * (1.0 - share);
}

}  // namespace nascent
