#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/trial/trial_store.h"

namespace nascent::app {

/// A trial and its place among the others of its study.
struct RankedTrial {
  const Trial* trial;
  bool has_result = false;
  bool feasible = false;  ///< has a result that keeps all constraints
  std::size_t front = 0;  ///< among feasible complete trials of its fidelity: how many layers of better ones lie before
  std::string no_more = {};  ///< why its configuration got no more than this, where a scheduler decided so
};

/// The trials from good to bad: complete ones before those that were stopped before those without a result; in each,
/// those that got more of the evaluation first; then those that keep the constraints; then by fronts where there are
/// several objectives; then by the first objective. Points into `trials`. `no_more`: see `reasons_for_no_more`.
std::vector<RankedTrial> rank_trials(const StudyRecord& study, const std::vector<Trial>& trials,
                                     const std::map<std::int64_t, std::string>& no_more = {});

/// The best trials: one for one objective, all that no other dominates for several. Those of `rank_trials` that have a
/// result at the highest fidelity reached and keep the constraints; empty if there is none.
std::vector<RankedTrial> best_of(const StudyRecord& study, const std::vector<RankedTrial>& ranked);

/// A table of the first `limit` (0: all), a column for each objective, each constrained metric and each axis of
/// fidelity; lines are cut to `width` characters (0: never).
std::string study_table(const StudyRecord& study, const std::vector<RankedTrial>& ranked, std::size_t limit,
                        std::size_t width);

OrderedJson study_json(const StudyRecord& study, const std::vector<RankedTrial>& ranked);

/// One trial with its parameters, result, and reason.
OrderedJson trial_json(const RankedTrial& ranked);

}  // namespace nascent::app
