#pragma once

#include <functional>
#include <optional>

#include "nascent/space/variation.h"
#include "strategy/population.h"
#include "strategy/tried.h"

namespace nascent {

/// How offspring differ from their parents.
struct Breeding {
  MutationOptions edits;
  /// The chance that a child is a mixture of two parents; it is edited only when the mixture has been tried.
  double crossover = 0.0;
  /// Whether each edit draws the spread of its number, instead of using that of `edits`.
  bool any_spread = true;
};

/// Reads the options "change", "add", "remove", "multiply", "crossover" and "spread".
Breeding breeding_of(const StrategySetup& setup);

/// A child of the members that `select` draws that may be proposed. While what comes out has been tried, parents are
/// drawn anew, later with more than one edit. Nothing when no child was found in many draws.
std::optional<Proposal> bred(const SearchSpace& space, const Breeding& breeding,
                             const std::function<const Member&()>& select, const TriedConfigurations& tried,
                             Random& random);

}  // namespace nascent
