#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "nascent/core/random.h"
#include "nascent/trial/trial.h"
#include "strategy/forest_rows.h"
#include "surrogate/random_forest.h"

namespace nascent {

/// How long an evaluation will take, learnt from those that have ended: a random forest of the logarithm of the
/// seconds, one for each fidelity, and for trials that continue others.
class CostModel {
 public:
  explicit CostModel(const SearchSpace& space) : rows_(space) {}

  /// Learns from a trial that has ended with a result.
  void observe(const Trial& trial);

  /// Seconds that this trial takes at least, with the confidence of one standard deviation; none while too few of its
  /// kind are known.
  std::optional<double> least_seconds(const Trial& trial);

 private:
  struct Kind {
    std::vector<float> features;
    std::vector<double> targets;
    std::optional<RandomForest> forest;
    std::size_t grown = 0;  ///< from so many trials
  };

  ForestRows rows_;
  std::map<std::pair<Fidelity, bool>, Kind> kinds_;
};

}  // namespace nascent
