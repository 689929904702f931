#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "strategy/outcome.h"

namespace nascent {

/// Which trials count as good: the first ⌈share n⌉ of n by their rank, and none without a result. Trials are named by
/// their place in the list of all outcomes, which only grows.
///
/// One objective is ranked by `ranks_before`, and at most `most` trials are good. Several are ranked by non-dominated
/// fronts among what is equal otherwise (complete or stopped, fidelity, violation of outcome constraints), without that
/// bound, because a front needs more points than an optimum; the front that is taken in part gives those with the
/// largest crowding distance. A new trial is put into the fronts in O(n) mostly: it displaces only those it dominates
/// (Li, Deb, Zhang, Kwong: Efficient non-domination level update method for steady-state evolutionary multiobjective
/// optimization. IEEE Trans. Cybernetics 2017).
class TpeSplit {
 public:
  TpeSplit(double share, std::size_t most, bool several_objectives)
      : share_(share), most_(most), several_objectives_(several_objectives) {}

  /// Ranks the trial `id` among those added before.
  void add(std::uint32_t id, const std::vector<Outcome>& outcomes);
  std::size_t with_result() const { return with_result_; }
  /// The good trials, from old to new.
  std::vector<std::uint32_t> good(const std::vector<Outcome>& outcomes) const;

 private:
  using Ids = std::vector<std::uint32_t>;

  void add_to_ranking(std::uint32_t id, const std::vector<Outcome>& outcomes);
  void add_to_fronts(std::uint32_t id, const std::vector<Outcome>& outcomes);

  double share_;
  std::size_t most_;
  bool several_objectives_;
  std::size_t size_ = 0;
  std::size_t with_result_ = 0;
  Ids ranking_;              ///< of one objective, the best first
  std::vector<Ids> fronts_;  ///< of several
};

}  // namespace nascent
