#pragma once

#include <deque>

#include "nascent/core/random.h"
#include "strategy/outcome.h"

namespace nascent {

/// Turns results into rewards that do not depend on the scale of the metric: the place of a result among the latest
/// ones, as a quantile of the logistic distribution of mean 0 and deviation 1. The best of 99 has about 2.9, the middle
/// one 0, the worst -2.9. Trials without a result share the last place.
class RankReward {
 public:
  /// With several objectives the losses are compared by their largest weighted share of the range seen (the Chebyshev
  /// scalarisation), with weights drawn anew for each trial.
  double reward_of(Outcome outcome, Random& random);

 private:
  std::deque<Outcome> latest_;
};

}  // namespace nascent
