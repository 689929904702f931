#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "nascent/core/method_options.h"
#include "nascent/estimation/scheduler.h"

namespace nascent {

/// What a scheduler is built from.
struct SchedulerSetup {
  std::vector<Objective> objectives;  ///< at least one
  std::vector<OutcomeConstraint> constraints = {};
  std::string axis = "epochs";  ///< of the fidelity that is varied, in the plural
  double least = 1.0;           ///< the smallest amount on it that says something
  /// The amount of the full evaluation, in the unit of `Report::step` for schedulers that stop trials; 0 where it is
  /// not known, with which only some schedulers can work.
  double most = 0.0;
  /// Whether `Report::step` counts along the axis. Otherwise (folds reported by trials on a share of the rows) those that
  /// start small go by how trials end.
  bool reports_on_axis = true;
  Fidelity full = {};  ///< of the full evaluation; below it a trial has this and on the axis its amount
  std::uint64_t seed = 0;
  /// What the user set, by the names that the registry lists; `make_scheduler` adds the defaults of the others.
  std::map<std::string, double> options = {};

  double option(const std::string& name) const { return options.at(name); }
};

/// One line of the registry.
struct SchedulerEntry {
  std::string name;
  std::string help;  ///< one sentence
  std::unique_ptr<Scheduler> (*make)(const SchedulerSetup&);
  std::vector<MethodOption> options = {};
};

/// What messages call them.
inline constexpr MethodKind kSchedulerKind{"scheduler", "scheduler"};

/// All schedulers that can be chosen by name.
const std::vector<SchedulerEntry>& schedulers();

/// Makes the scheduler that `text` names, with the options behind its name: "asha:reduction=4,least=2". They go before
/// those of the setup. Throws `InputError` for an unknown name or option (with near matches), for a value that is out
/// of its range, and for amounts with which the scheduler cannot work.
std::unique_ptr<Scheduler> make_scheduler(const std::string& text, SchedulerSetup setup);

}  // namespace nascent
