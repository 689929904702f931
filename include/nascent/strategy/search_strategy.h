#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/core/method_options.h"
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
  std::vector<Objective> objectives;  ///< at least one
  std::uint64_t seed = 0;
  std::vector<OutcomeConstraint> constraints = {};
  std::int64_t budget = -1;       ///< how many trials the study may have, as far as known; -1 if it is not
  bool allow_duplicates = false;  ///< whether a configuration may be proposed again, for noisy objectives
  /// What the user set, by the names that the registry lists; `make_strategy` adds the defaults of the others.
  std::map<std::string, double> options = {};

  double option(const std::string& name) const { return options.at(name); }
  std::size_t count(const std::string& name) const { return static_cast<std::size_t>(options.at(name)); }
};

/// One line of the registry.
struct StrategyEntry {
  std::string name;
  std::string help;  ///< one sentence
  std::unique_ptr<SearchStrategy> (*make)(const StrategySetup&);
  std::vector<MethodOption> options = {};
  /// Whether options may also be the paths of parameters (grid search: the resolution of each).
  bool parameter_options = false;
};

/// What messages call them.
inline constexpr MethodKind kStrategyKind{"search strategy", "strategy"};

/// All strategies that can be chosen by name.
const std::vector<StrategyEntry>& strategies();

/// Makes the strategy that `text` names, with the options behind its name: "evolution", "evolution:population=30". They
/// go before those of the setup. Throws `InputError` for an unknown name or option (with near matches) and for a value
/// that is out of its range.
std::unique_ptr<SearchStrategy> make_strategy(const std::string& text, StrategySetup setup);

}  // namespace nascent
