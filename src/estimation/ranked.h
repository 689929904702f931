#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nascent/estimation/scheduler_registry.h"

namespace nascent {

/// How a configuration stands at one amount of evaluation.
struct Standing {
  std::int64_t trial = 0;
  std::vector<double> losses = {};  ///< of each objective, finite, less is better; empty without a result
  double violation = 0.0;           ///< the constraints missed, summed; infinite when one is unknown

  bool has_result() const { return !losses.empty(); }
};

/// Metrics that lack an objective, or hold one that is not finite, are no result.
Standing standing_of(std::int64_t trial, const Metrics& metrics, const SchedulerSetup& setup);

/// Standings from the best to the worst: less violation of the constraints first, then the loss; several losses by
/// front, then by crowding distance (as in NSGA-II; for schedulers Schmucker et al., MO-ASHA, arXiv 2106.12639). Of
/// equal ones the first added comes first; those without a result come last.
class Ranked {
 public:
  void add(Standing standing);
  void remove(std::int64_t trial);
  std::size_t size() const { return standings_.size(); }
  const std::vector<Standing>& from_best() const;
  /// From 1; 0 for a trial that is not there.
  std::size_t place_of(std::int64_t trial) const;
  /// How many are better than one that has not been added.
  std::size_t count_before(const Standing& standing) const;

 private:
  mutable std::vector<Standing> standings_;
  mutable bool fronts_are_old_ = false;
};

}  // namespace nascent
