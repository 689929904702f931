#include "nascent/core/error.h"
#include "nascent/core/near_match.h"
#include "nascent/strategy/search_strategy.h"
#include "strategy/strategies.h"

namespace nascent {

const std::vector<StrategyEntry>& strategies() {
  static const std::vector<StrategyEntry> entries{
      {"random", "Draws every configuration uniformly; the baseline that every other strategy must beat.",
       make_random_search},
      {"tpe", "Models where good and bad trials lie and proposes where good ones are likelier (Bayesian optimization).",
       make_tpe},
  };
  return entries;
}

std::unique_ptr<SearchStrategy> make_strategy(const std::string& name, const StrategySetup& setup) {
  std::vector<std::string> names;
  std::string list;
  for (const StrategyEntry& entry : strategies()) {
    if (entry.name == name) return entry.make(setup);
    names.push_back(entry.name);
    list += (list.empty() ? "" : ", ") + entry.name;
  }
  const std::string hint = did_you_mean(name, names);
  throw InputError("there is no search strategy \"" + name + "\"" + (hint.empty() ? "; choose one of " + list : hint));
}

}  // namespace nascent
