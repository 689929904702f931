#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "nascent/space/decisions.h"
#include "nascent/strategy/search_strategy.h"

namespace nascent {

/// A distribution over the decisions of a space that learns from rewards.
class DecisionPolicy {
 public:
  virtual ~DecisionPolicy() = default;

  /// Begins to draw a configuration: a function that gives an option for each point it is asked for, in the order of
  /// `Decisions::walk`. A temperature above 1 makes the options more alike. Used up before the policy learns again.
  virtual std::function<std::size_t(std::size_t point)> walk(double temperature, Random& random) const = 0;

  /// Makes the decisions of a finished trial likelier where the advantage is positive, and less likely where it is not.
  virtual void learn(const std::vector<MadeDecision>& made, double advantage) = 0;
};

/// The reinforcement-learning strategy around a policy: proposals are walks through `decisions`, the reward of a trial
/// is its rank (`RankReward`), its advantage the distance of that from a moving average. `setup` has the options
/// "baseline", "bins".
std::unique_ptr<SearchStrategy> make_policy_search(
    std::string name, const StrategySetup& setup,
    const std::function<std::unique_ptr<DecisionPolicy>(const Decisions&)>& make_policy);

}  // namespace nascent
