#include "strategy/breeding.h"

#include <cmath>

namespace nascent {
namespace {

constexpr int kAttempts = 120;
/// After so many children that had been tried already, every child gets one more edit.
constexpr int kAttemptsForOneEdit = 12;
/// The spreads that are drawn, as shares of the range: from a search of the whole range to fine tuning. One fixed
/// spread either makes no progress at the end or none at the beginning.
constexpr double kLeastSpread = 0.01;
constexpr double kMostSpread = 0.4;

MutationOptions edits_of(const Breeding& breeding, Random& random) {
  MutationOptions edits = breeding.edits;
  if (breeding.any_spread)
    edits.number_spread = std::exp(random.uniform(std::log(kLeastSpread), std::log(kMostSpread)));
  return edits;
}

}  // namespace

Breeding breeding_of(const StrategySetup& setup) {
  Breeding breeding;
  breeding.edits.change = setup.option("change");
  breeding.edits.add = setup.option("add");
  breeding.edits.remove = setup.option("remove");
  breeding.edits.multiply = setup.option("multiply");
  breeding.crossover = setup.option("crossover");
  breeding.any_spread = setup.option("spread") == 0.0;
  if (!breeding.any_spread) breeding.edits.number_spread = setup.option("spread");
  return breeding;
}

std::optional<Proposal> bred(const SearchSpace& space, const Breeding& breeding,
                             const std::function<const Member&()>& select, const TriedConfigurations& tried,
                             Random& random) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const Member& parent = select();
    Configuration child = parent.configuration;
    int edits = 1 + attempt / kAttemptsForOneEdit;
    if (breeding.crossover > 0.0 && random.chance(breeding.crossover)) {
      child = crossover(space, child, select().configuration, random);
      if (child != parent.configuration && tried.may_propose(child)) edits = 0;
    }
    for (; edits > 0; --edits) {
      std::optional<Configuration> edited = mutate(space, child, random, edits_of(breeding, random));
      if (!edited) return {};
      child = std::move(*edited);
    }
    if (tried.may_propose(child)) return Proposal{std::move(child), parent.trial};
  }
  return {};
}

}  // namespace nascent
