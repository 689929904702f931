#pragma once

#include <cstdint>
#include <vector>

#include "nascent/strategy/search_strategy.h"

namespace nascent {

/// What a finished trial says to a strategy.
struct Outcome {
  enum class Kind { kComplete, kStopped, kWithoutResult };
  Kind kind = Kind::kWithoutResult;
  std::vector<double> losses;  ///< of each objective, finite, less is better; empty without a result
  double violation = 0.0;  ///< the outcome constraints missed, summed; 0 when feasible, infinite when one is unknown
  Fidelity fidelity;
  std::int64_t steps = 0;  ///< how far a stopped trial came

  bool has_result() const { return kind != Kind::kWithoutResult; }
  bool feasible() const { return has_result() && violation == 0.0; }
};

/// A trial that lacks an objective, or has one that is not finite, is without a result.
Outcome outcome_of(const Trial& trial, const StrategySetup& setup);

/// The order from good to bad for one objective: complete trials, then stopped ones, then those without a result; in
/// each, what was evaluated more comes first, because results of different fidelity say nothing about each other; then
/// feasible before infeasible, the less violation the better; then the loss.
bool ranks_before(const Outcome& a, const Outcome& b);

/// Whether `a` is at least as good as `b` in every loss and better in one.
bool dominates(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace nascent
