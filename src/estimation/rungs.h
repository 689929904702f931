#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estimation/ladder.h"
#include "estimation/ranked.h"

namespace nascent {

/// The trials that others continue.
std::set<std::int64_t> continued_by(std::span<const Trial> running);

/// Whether a trial took another one up and ended before its amount only because the search did. What the other one has
/// left is still there, so it is to be taken up again.
bool was_cut_on_its_way(const Trial& trial);

/// Whether one of them has a fidelity of this scheduler.
bool any_of_ours(const Scheduler& scheduler, std::span<const Trial> running);

/// What schedulers that pause and continue know: the trials that have ended on each rung, and which of them have been
/// continued.
class Rungs {
 public:
  Rungs(const SchedulerSetup& setup, Ladder ladder)
      : setup_(setup), ladder_(std::move(ladder)), ended_(ladder_.size()) {}

  /// A trial that has ended; those of other fidelities are left out.
  void add(const Trial& trial);

  const Ladder& ladder() const { return ladder_; }
  const Ranked& ended(std::size_t rung) const { return ended_[rung]; }
  /// The standing of a trial that has ended; null for others.
  const Standing* standing(std::int64_t trial) const;
  /// The trial that has continued this one and has ended.
  std::optional<std::int64_t> continuation_of(std::int64_t trial) const;

  /// To take a trial that ended on `rung` to the next one.
  Assignment take_on(std::int64_t trial, std::size_t rung) const;
  /// The best of the first `count` of a rung that has not been continued and is not `under_way`; null if there is none.
  const Standing* best_paused(std::size_t rung, std::size_t count, const std::set<std::int64_t>& under_way) const;
  /// What to do when no rule takes anything on any more, nothing new may be started and nothing runs: as long as
  /// nothing has reached the full evaluation with a result, the best of the highest rung goes on.
  Assignment last_resort() const;

  /// Whether `why_no_more` has to say how the trial stood among others. Otherwise `reason` is the answer.
  bool is_paused(const Trial& trial, std::string& reason) const;

 private:
  SchedulerSetup setup_;
  Ladder ladder_;
  std::vector<Ranked> ended_;
  std::map<std::int64_t, Standing> standings_;
  std::map<std::int64_t, std::int64_t> continuations_;
  std::map<std::int64_t, Configuration> configurations_;  ///< of trials below the top
};

}  // namespace nascent
