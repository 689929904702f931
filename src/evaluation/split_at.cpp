#include "evaluation/split_at.h"

#include "run/fidelity_axes.h"

namespace nascent {

Split split_at(const Fidelity& fidelity, const Split& split, const Task& task, std::span<const double> target) {
  constexpr std::uint64_t kSeed = 20;
  const auto share = fidelity.find(kDataAxis);
  if (share == fidelity.end()) return split;
  return with_training_share(split, task, target, share->second, kSeed);
}

}  // namespace nascent
