#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "nascent/search/study.h"

namespace nascent {

struct OptimizeOptions {
  bool maximize = false;          ///< the direction of "value", where `objectives` is empty
  std::string strategy = "auto";  ///< a name of `strategies()`
  std::int64_t trials = 100;      ///< of the whole study, over all calls with the same storage; -1 for no limit
  double seconds =
      std::numeric_limits<double>::infinity();  ///< asked to end then: a call of the objective is never cut
  std::uint64_t seed = 0;
  std::size_t threads = 1;             ///< calls of the objective at a time; with more than one it must be thread-safe
  std::filesystem::path storage = {};  ///< an SQLite file, made or gone on with; empty: the study lives in memory only
  std::vector<Objective> objectives = {};           ///< the metrics that the function returns; empty: one, "value"
  std::vector<OutcomeConstraint> constraints = {};  ///< bounds on metrics that a good result keeps
  std::vector<Configuration> first = {};            ///< tried before the strategy is asked
  std::string scheduler = "full";                   ///< with `fidelity`: as in `StudyOptions`
  FidelityRange fidelity = {};
};

/// Searches the space for the configuration with the least (or largest) value of a function: a `Study` in one call.
///
///     SearchSpace space;
///     space.add_float("x", -5.0, 5.0);
///     const StudyResult result = optimize(space, {.trials = 50}, [](const Configuration& c) {
///       return std::pow(c.number("x") - 2.0, 2);
///     });
///
/// An exception out of the function, or a value that is not finite, fails that trial only. With one thread the same
/// seed gives the same trials. Throws `InputError` for an unknown strategy, a search without an end (no limit of trials
/// or seconds on an infinite space), or a storage that holds another study.
StudyResult optimize(const SearchSpace& space, const OptimizeOptions& options, const ObjectiveFunction& objective);
StudyResult optimize(const SearchSpace& space, const OptimizeOptions& options, const MetricsFunction& objective);
StudyResult optimize(const SearchSpace& space, const OptimizeOptions& options, const ReportingFunction& objective);
StudyResult optimize(const SearchSpace& space, const OptimizeOptions& options, const TrialFunction& objective);

}  // namespace nascent
