#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "training/network.h"

namespace nascent {

/// Weights that many architectures share: one tensor for each name of a parameter ("cell-3/edge-0-1/conv:weight"), with
/// its momentum. A network made with `source` holds views of these tensors as its parameters, so that what one path
/// learns all others start from (Guo et al., Single path one-shot, ECCV 2020).
///
/// Where networks differ in the sizes of a tensor, the bank holds the largest of each dimension, and a network uses a
/// slice: the first filters and channels, the middle of a kernel (Yu et al., Slimmable networks, ICLR 2019; Cai et al.,
/// Once-for-all, ICLR 2020). Convolutions in groups share only with others in as many groups, or all depthwise.
///
/// Running statistics are not shared: those of a mixture of paths fit no path. On the CPU; not safe for use by several
/// threads at once.
class WeightBank {
 public:
  /// `largest_bytes`: the most that weights, gradients and momentum may take together.
  explicit WeightBank(std::int64_t largest_bytes) : largest_bytes_(largest_bytes) {}

  /// Gives views of what the bank holds and draws what it does not hold, without keeping that. Normalizations start
  /// with a scale of one. The bank must outlive the source and, but for `adopt`, stay as it is while it is used.
  TensorSource source(const Architecture& architecture) const;
  /// Takes in what the bank did not hold of a network made with `source`, and lets its gradients gather here. The
  /// network must be used before the next is adopted or after: where a tensor grows, networks made before lose touch.
  /// Throws `InputError` when the bank would exceed its size.
  void adopt(Network& network);
  /// Parameters of the architecture that no adopted network has had.
  std::int64_t unknown_parameters(const Network& network) const;

  /// One step of stochastic gradient descent with Nesterov's momentum on what the networks adopted since the last step
  /// use, and nothing else. Where several used a tensor, the mean of their gradients counts. Weight decay as in
  /// `Network::optimizer_members`.
  void step(double learning_rate, double weight_decay);

  std::int64_t parameters() const { return parameters_; }

  /// Writes one file. Gradients at hand are not kept.
  void save(const std::filesystem::path& path) const;
  /// Throws `InputError` naming the file when it is missing or damaged, or larger than the bank may be.
  void load(const std::filesystem::path& path);

 private:
  struct Entry {
    torch::Tensor value;
    torch::Tensor velocity;
    torch::Tensor gradient;
    std::vector<std::int64_t> touched;  ///< the slice that the next step changes
    int uses = 0;                       ///< networks whose gradients have gathered
  };
  const Entry* find(const std::string& key) const;
  /// Makes an entry, or makes one larger, so that a tensor like this one has its place in it.
  void make_room(const std::string& key, const torch::Tensor& fresh);

  std::int64_t largest_bytes_;
  std::int64_t parameters_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace nascent
