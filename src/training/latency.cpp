#include "training/latency.h"

#include <algorithm>
#include <vector>

#include "nascent/core/deadline.h"
#include "nascent/core/random.h"
#include "training/network.h"
#include "training/torch.h"

namespace nascent {
namespace {

constexpr int kWarmUp = 3;
constexpr std::size_t kPasses = 15;
/// A network so slow that it does not get through its passes in this time is measured by fewer.
constexpr double kMostSeconds = 0.3;

}  // namespace

double measure_latency_ms(const Architecture& architecture) {
  const torch::NoGradGuard no_grad;
  Random random(0);
  Network network(architecture, random);
  network.eval();
  const Shape& shape = architecture.input_shape();
  const torch::Tensor input = shape.is_flat() ? torch::zeros({1, shape.channels})
                                              : torch::zeros({1, shape.channels, shape.height, shape.width});
  const Stopwatch all;
  for (int i = 0; i < kWarmUp && all.seconds() < kMostSeconds; ++i) network.forward(input, Precision::kFloat32);
  std::vector<double> passes;
  while (passes.empty() || (passes.size() < kPasses && all.seconds() < kMostSeconds)) {
    const Stopwatch watch;
    network.forward(input, Precision::kFloat32);
    passes.push_back(watch.seconds());
  }
  std::ranges::nth_element(passes, passes.begin() + static_cast<std::ptrdiff_t>(passes.size() / 2));
  return 1e3 * passes[passes.size() / 2];
}

}  // namespace nascent
