#pragma once

#include <algorithm>
#include <ostream>
#include <string>

#include "nascent/strategy/search_strategy.h"

/// What tests of strategies share: trials without an evaluation behind them.
namespace nascent::testing {

/// A made-up result that every kind of space has: depends on all values, has no ties but for equal configurations.
inline double made_up_loss(const Configuration& configuration) {
  return static_cast<double>(configuration.hash() % 1000003) / 1000003.0;
}

inline Trial running_trial(std::int64_t number, const Proposal& proposal) {
  Trial trial;
  trial.number = number;
  trial.configuration = proposal.configuration;
  trial.parent = proposal.parent;
  return trial;
}

inline Trial completed(Trial trial, double loss) {
  trial.state = TrialState::kComplete;
  trial.metrics = {{"loss", loss}};
  return trial;
}

/// Names of tests may not contain a dash.
inline std::string test_name(const StrategyEntry& entry) {
  std::string name = entry.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace nascent::testing

namespace nascent {
inline void PrintTo(const StrategyEntry& entry, std::ostream* out) { *out << entry.name; }
}  // namespace nascent
