#include "strategy/tried.h"

#include <algorithm>

namespace nascent {
namespace {

constexpr int kDrawsBeforeCounting = 100;
constexpr int kMostDraws = 1000;
/// Points gone through where constraints or keys hide how many are left.
constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 20;

}  // namespace

void TriedConfigurations::set_running(std::span<const Trial> running) {
  running_.clear();
  for (const Trial& trial : running) {
    const std::uint64_t hash = space_.key(trial.configuration);
    if (!finished_.contains(hash)) running_.insert(hash);
  }
}

bool TriedConfigurations::contains(const Configuration& configuration) const {
  const std::uint64_t hash = space_.key(configuration);
  return finished_.contains(hash) || running_.contains(hash);
}

bool TriedConfigurations::may_propose(const Configuration& configuration) const {
  return space_.allows(configuration) && (allow_duplicates_ || !contains(configuration));
}

std::optional<Configuration> TriedConfigurations::draw_untried(Random& random) const {
  if (exhausted()) return {};
  const int draws = size_ ? kDrawsBeforeCounting : kMostDraws;
  Configuration configuration;
  for (int i = 0; i < draws; ++i) {
    configuration = space_.sample(random);
    if (allow_duplicates_ || !contains(configuration)) return configuration;
  }
  if (!size_) return configuration;
  // Nearly everything has been tried: go on from a random point to the first that has not.
  const std::uint64_t start = random.below(*size_);
  const bool hidden = space_.is_constrained() || space_.traits().key;
  const std::uint64_t count = hidden ? std::min(*size_, kMostCounted) : *size_;
  for (std::uint64_t i = 0; i < count; ++i) {
    configuration = space_.point((start + i) % *size_);
    if (may_propose(configuration)) return configuration;
  }
  return {};
}

}  // namespace nascent
