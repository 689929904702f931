#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "strategy/outcome.h"

namespace nascent {

/// A finished trial that can become a parent.
struct Member {
  std::int64_t trial = 0;
  Configuration configuration;
  Outcome outcome;
};

/// Members by age and by rank (`order_from_best`). With one objective a newcomer costs a search in the ranking; with
/// several the ranking is made again when it is next asked for.
class Population {
 public:
  void add(Member member);
  void remove_oldest();
  /// Discards all but the `count` best, which keep their ages.
  void keep_best(std::size_t count);

  /// Removes the best one.
  Member take_best();

  std::size_t size() const { return by_age_.size(); }
  /// The member of this rank, from 0, the best.
  const Member& ranked(std::size_t rank) const;

 private:
  std::deque<Member> by_age_;  ///< adding and removing at its ends leaves references to the others valid
  mutable std::vector<const Member*> by_rank_;
  mutable bool ranking_is_old_ = false;
};

}  // namespace nascent
