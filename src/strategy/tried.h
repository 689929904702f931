#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_set>

#include "nascent/strategy/search_strategy.h"

namespace nascent {

/// What has been tried or is being tried, so that no strategy proposes it again. Configurations are told apart by
/// their 64-bit keys (`SearchSpace::key`): among a million of them, two share one with a probability of 3e-8.
class TriedConfigurations {
 public:
  explicit TriedConfigurations(const StrategySetup& setup)
      : space_(setup.space), size_(space_.size()), allow_duplicates_(setup.allow_duplicates) {}

  void add(const Configuration& configuration) { finished_.insert(space_.key(configuration)); }
  /// Replaces what is being tried now.
  void set_running(std::span<const Trial> running);

  bool contains(const Configuration& configuration) const;
  /// Whether it may be proposed: the constraints of the space allow it, and it is new (or duplicates are allowed).
  bool may_propose(const Configuration& configuration) const;
  /// Whether nothing is left of a finite space. A space with constraints or a key of its own may be exhausted without
  /// this noticing; `draw_untried` does.
  bool exhausted() const { return !allow_duplicates_ && size_ && finished_.size() + running_.size() >= *size_; }

  /// A point drawn at random that may be proposed. Of a finite space it always finds one while there is one; where
  /// constraints or keys hide how many are left, it goes through a million points at most. An infinite space is drawn
  /// from a bounded number of times; then a point may repeat (this takes a space whose points are almost all in
  /// branches that are almost never drawn).
  std::optional<Configuration> draw_untried(Random& random) const;

 private:
  SearchSpace space_;
  std::optional<std::uint64_t> size_;
  bool allow_duplicates_;
  std::unordered_set<std::uint64_t> finished_;
  std::unordered_set<std::uint64_t> running_;  ///< those that are not in `finished_`
};

}  // namespace nascent
