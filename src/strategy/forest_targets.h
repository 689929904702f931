#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "nascent/core/random.h"
#include "strategy/outcome.h"

namespace nascent {

/// What a regression model of a search is told to predict, less is better: the losses of the trials that can be
/// compared with the best one (of the same kind, fidelity and steps, and as feasible), on the logarithm of the distance
/// from the best, so that the differences among good trials count most; every other trial counts as the worst of them.
///
/// Several objectives are joined by the augmented Chebyshev scalarization of ParEGO (Knowles, IEEE TEC 2006) with
/// weights drawn from `random`. While no trial is feasible, the violation is what is to become small.
class ForestTargets {
 public:
  ForestTargets(std::span<const Outcome> outcomes, Random& random);

  double operator()(const Outcome& outcome) const;
  double best() const { return transformed(lowest_); }
  /// How many of the outcomes can be compared.
  std::size_t compared() const { return compared_; }

 private:
  bool comparable(const Outcome& outcome) const;
  double joined(const Outcome& outcome) const;
  double transformed(double value) const;

  Outcome reference_;  ///< the best of them, in the order for one objective
  std::size_t compared_ = 0;
  std::vector<double> weights_;  ///< of the objectives, where there are several
  std::vector<double> lows_;     ///< the range of each objective among the comparable
  std::vector<double> ranges_;
  double lowest_ = 0.0;  ///< of the joined losses
  double highest_ = 0.0;
  double offset_ = 1.0;  ///< added to the distance from the best before its logarithm
};

}  // namespace nascent
