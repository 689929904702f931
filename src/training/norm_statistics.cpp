#include "training/norm_statistics.h"

#include <string_view>
#include <vector>

#include "training/fused_layers.h"

namespace nascent {
namespace {

struct Statistics {
  torch::Tensor mean;  ///< the buffers of the network
  torch::Tensor variance;
  torch::Tensor means;    ///< sums over batches
  torch::Tensor squares;  ///< of variance + mean^2
};

std::vector<Statistics> statistics_of(const Network& network) {
  constexpr std::string_view kMean = ":running_mean";
  const auto buffers = network.named_buffers();
  std::vector<Statistics> all;
  for (const auto& item : buffers) {
    if (!item.key().ends_with(kMean)) continue;
    const std::string scope = item.key().substr(0, item.key().size() - kMean.size());
    const torch::Tensor zero = torch::zeros(item.value().sizes(), item.value().options().dtype(torch::kFloat64));
    all.push_back({item.value(), buffers[scope + ":running_variance"], zero, zero.clone()});
  }
  return all;
}

}  // namespace

void compute_norm_statistics(Network& network, Precision precision, int batches,
                             const std::function<torch::Tensor(int)>& batch) {
  const torch::NoGradGuard no_grad;
  std::vector<Statistics> all = statistics_of(network);
  network.train();
  for (int i = 0; i < batches && !all.empty(); ++i) {
    // From zero, the running statistics take exactly this share of the batch's.
    for (Statistics& s : all) {
      s.mean.zero_();
      s.variance.zero_();
    }
    network.forward(batch(i), precision);
    for (Statistics& s : all) {
      const torch::Tensor mean = s.mean.to(torch::kFloat64) / kNormMomentum;
      s.means += mean;
      s.squares += s.variance.to(torch::kFloat64) / kNormMomentum + mean * mean;
    }
  }
  for (Statistics& s : all) {
    const torch::Tensor mean = s.means / batches;
    s.mean.copy_(mean);
    s.variance.copy_((s.squares / batches - mean * mean).clamp_min(0.0));
  }
  network.eval();
}

}  // namespace nascent
