#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/space/search_space.h"
#include "nascent/trial/trial.h"

namespace nascent {

/// What a strategy wants to be tried next.
struct Proposal {
  Configuration configuration;
  std::optional<std::int64_t> parent;  ///< the trial whose weights and configuration it was derived from
};

/// Proposes configurations from the trials seen so far: pure ask and tell.
///
/// A strategy holds no store, no clock and no threads. It is a function of its space, its options, the seed and the
/// trials observed, in order: replaying a record rebuilds it. What it draws for trial n comes from a stream of (seed,
/// n). Calls: `observe` once for every finished trial (failed ones too), `suggest` whenever a worker is free.
class SearchStrategy {
 public:
  virtual ~SearchStrategy() = default;

  virtual std::string_view name() const = 0;

  /// The configuration for the trial `number`. `running` are the trials that have been started and not finished; they
  /// are not proposed again. Nothing when a finite space is exhausted: the study ends.
  virtual std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) = 0;

  /// Learns from a finished trial.
  virtual void observe(const Trial& trial) = 0;
};

/// What a strategy is built from.
struct StrategySetup {
  SearchSpace space;
  Objective objective;
  std::uint64_t seed = 0;
};

/// One line of the registry.
struct StrategyEntry {
  std::string name;
  std::string help;  ///< one sentence
  std::unique_ptr<SearchStrategy> (*make)(const StrategySetup&);
};

/// All strategies that can be chosen by name.
const std::vector<StrategyEntry>& strategies();

/// Throws `InputError` with near matches for an unknown name.
std::unique_ptr<SearchStrategy> make_strategy(const std::string& name, const StrategySetup& setup);

}  // namespace nascent
