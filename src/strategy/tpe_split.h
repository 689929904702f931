#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "strategy/outcome.h"

namespace nascent {

/// Which trials count as good: the first min(⌈share n⌉, most) of n by their rank, and none without a result. Trials are
/// named by their place in the list of all outcomes, which only grows.
class TpeSplit {
 public:
  /// `most` = 0 stands for no bound.
  TpeSplit(double share, std::size_t most) : share_(share), most_(most) {}

  /// Ranks the trial `id` among those added before.
  void add(std::uint32_t id, const std::vector<Outcome>& outcomes);
  std::size_t with_result() const { return with_result_; }
  /// The good trials, from old to new.
  std::vector<std::uint32_t> good() const;

 private:
  double share_;
  std::size_t most_;
  std::vector<std::uint32_t> ranking_;  ///< the best first
  std::size_t with_result_ = 0;
};

}  // namespace nascent
