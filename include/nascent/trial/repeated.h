#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "nascent/trial/trial.h"

namespace nascent {

/// A configuration and what its evaluations gave, for objectives that are noisy.
struct RepeatedResult {
  Configuration configuration;
  std::vector<std::int64_t> trials;  ///< the numbers of its complete trials with a result
  double mean = 0.0;                 ///< of the objective
  double standard_error = 0.0;       ///< of the mean; 0 for a single evaluation, where nothing is known of it
};

/// The configuration with the best mean. Only those that were evaluated as often as any (`repeats` times is enough)
/// compete: the best of many single evaluations owes it to luck. Means over the constraints decide who is feasible.
std::optional<RepeatedResult> best_configuration(const std::vector<Trial>& trials, const Objective& objective,
                                                 std::size_t repeats,
                                                 const std::vector<OutcomeConstraint>& constraints = {});

}  // namespace nascent
