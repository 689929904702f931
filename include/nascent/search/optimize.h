#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "nascent/space/search_space.h"
#include "nascent/trial/trial.h"

namespace nascent {

struct OptimizeOptions {
  bool maximize = false;
  std::string strategy = "tpe";  ///< a name of `strategies()`
  std::int64_t trials = 100;     ///< of the whole study, over all calls with the same storage; -1 for no limit
  double seconds =
      std::numeric_limits<double>::infinity();  ///< asked to end then: a call of the objective is never cut
  std::uint64_t seed = 0;
  std::size_t threads = 1;             ///< calls of the objective at a time; with more than one it must be thread-safe
  std::filesystem::path storage = {};  ///< an SQLite file, made or gone on with; empty: the study lives in memory only
};

/// What came of it.
struct StudyResult {
  std::vector<Trial> trials;  ///< all of the study, by number; the value is the metric "value"
  std::optional<Trial> best;  ///< none if no trial succeeded
  std::string ended_because;

  /// The best value. Throws `Error` with the last failure if no trial succeeded.
  double best_value() const;
};

/// Searches the space for the configuration with the least (or largest) value of a function.
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
StudyResult optimize(const SearchSpace& space, const OptimizeOptions& options,
                     const std::function<double(const Configuration&)>& objective);

}  // namespace nascent
