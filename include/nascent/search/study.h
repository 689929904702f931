#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nascent/estimation/fidelity_range.h"
#include "nascent/estimation/scheduler.h"
#include "nascent/space/search_space.h"
#include "nascent/trial/trial.h"

namespace nascent {

/// What a study looks for and how. Fixed as long as its storage lives.
struct StudyOptions {
  std::vector<Objective> objectives = {{"value", false}};  ///< what an objective function returns; the first decides
                                                           ///< what is shown as the best
  std::vector<OutcomeConstraint> constraints = {};         ///< bounds on metrics that a good result keeps
  std::string strategy = "auto";                           ///< a name of `strategies()`, maybe with options behind it
  std::uint64_t seed = 0;
  std::int64_t budget = -1;               ///< how many trials it may have, as far as known: strategies plan with it
  std::vector<Configuration> first = {};  ///< tried before the strategy is asked
  bool allow_duplicates = false;          ///< whether a configuration may be proposed again
  /// Of a noisy objective: how often the configurations with the best means are evaluated (docs/methods/repeats.md);
  /// then the best trial is the first of the configuration with the best mean.
  std::size_t repeats = 1;
  std::string scheduler = "full";  ///< a name of `schedulers()`, maybe with options behind it: "asha:reduction=4"
  /// What the scheduler gives less of: {"epochs", 1, 27}. All but "full" need it. Then `Trial::fidelity` says how much
  /// a trial gets, at the most the whole, and steps of reports count along this axis.
  FidelityRange fidelity = {};
  std::filesystem::path storage = {};  ///< an SQLite file, made or gone on with; empty: it lives in memory only
};

/// The limits of one call of `Study::optimize`.
struct RunOptions {
  std::int64_t trials = -1;  ///< finished trials of the whole study, over all calls and processes; -1 for no limit
  double seconds = std::numeric_limits<double>::infinity();  ///< asked to end then: a call of the function is never cut
  std::size_t threads = 1;         ///< calls of the function at a time; with more than one it must be thread-safe
  Scheduler* scheduler = nullptr;  ///< one of your own, for a study without one: it decides which trials go on
  std::function<bool()> interrupted = {};  ///< asked often; true ends the search as the end of the time would
};

/// What came of it.
struct StudyResult {
  std::vector<Trial> trials;  ///< all of the study, by number
  std::optional<Trial> best;  ///< none if no trial succeeded
  std::vector<Trial> front;   ///< of several objectives: those that no other beats in all of them
  std::string ended_because;
  std::string metric;  ///< the first objective's

  /// The best value. Throws `Error` with the last failure if no trial succeeded.
  double best_value() const;
};

/// How a running trial tells its progress, from inside an objective function.
class TrialProgress {
 public:
  virtual ~TrialProgress() = default;
  /// False: stop now and return what there is (nothing is needed: the last report counts). Throws nothing.
  virtual bool report(std::int64_t step, const Metrics& metrics) = 0;
  /// True when the time is up or the search is interrupted.
  virtual bool should_stop() = 0;
};

using ObjectiveFunction = std::function<double(const Configuration&)>;
using MetricsFunction = std::function<Metrics(const Configuration&)>;
using ReportingFunction = std::function<Metrics(const Configuration&, TrialProgress&)>;
/// For studies with a scheduler. Of the trial, there are number, configuration, fidelity and the trials that it was
/// derived from: one that `continues` another should take up what that one has left, and go on to its own fidelity.
using TrialFunction = std::function<Metrics(const Trial&, TrialProgress&)>;

/// A search for the configuration with the least (or largest) value of something, in one of two ways.
///
/// By a function:
///
///     SearchSpace space;
///     space.add_float("x", -5.0, 5.0);
///     Study study(space, {.storage = "study.db"});
///     study.optimize([](const Configuration& c) { return std::pow(c.number("x") - 2.0, 2); }, {.trials = 50});
///     std::cout << study.best()->metrics.at("value");
///
/// Or by ask and tell, where the evaluation is somewhere else:
///
///     const Trial trial = study.ask();
///     study.tell(trial, std::pow(trial.configuration.number("x") - 2.0, 2));
///
/// With a scheduler, bad configurations get less than the whole evaluation:
///
///     Study study(space, {.scheduler = "asha", .fidelity = {"epochs", 1, 27}});
///     const Trial trial = study.ask();
///     study.tell(trial, train(trial.configuration, trial.fidelity.at("epochs"), trial.continues));
///
/// Both may be mixed. With a storage the study goes on where it stopped, and several processes share it: each makes a
/// `Study` of the same file, sees what the others have finished and does not propose what they try. A trial that was
/// asked for and never told is tried again by others once this process has ended.
///
/// With one process and one thread the same seed gives the same trials. Used by one thread at a time.
class Study {
 public:
  /// Throws `InputError` for an unknown strategy or scheduler, a scheduler without the fidelity that it needs or with
  /// repeats, no or twice the same objective, a first configuration that is not of the space, or a storage that holds
  /// another study.
  explicit Study(SearchSpace space, StudyOptions options = {});
  Study(Study&&) noexcept;
  Study& operator=(Study&&) noexcept;
  ~Study();

  /// The next trial to evaluate, recorded as running. Throws `Error` when there is none.
  Trial ask();
  /// Nothing when all of a finite space has been tried, or when the scheduler `waits`.
  std::optional<Trial> try_ask();
  /// Whether the last `try_ask` found nothing because the scheduler waits for trials that are running.
  bool waits() const;
  /// Records the result of a trial that was asked for: the value of the first objective, or metrics by name, among
  /// them all objectives. A value that is not finite fails the trial. Throws `InputError` for a metric that is missing
  /// and for a trial that is not running.
  void tell(const Trial& trial, double value);
  void tell(const Trial& trial, Metrics metrics);
  /// Records that a trial has failed, for a reason that people can read.
  void tell_failed(const Trial& trial, std::string reason);
  /// Records how a running trial gets on. False: stop it now, and tell what it has reached.
  bool report(const Trial& trial, std::int64_t step, const Metrics& metrics);

  /// Adds a result that is known from elsewhere, for the strategy to learn from. It does not count as a trial of a run.
  void add(const Configuration& configuration, Metrics metrics);

  /// Evaluates the function until a limit is reached. An exception out of it, or a value that is not finite, fails that
  /// trial only. Throws `InputError` for a search without an end (no limit of trials or seconds on an infinite space).
  StudyResult optimize(const ObjectiveFunction& function, const RunOptions& options);
  StudyResult optimize(const MetricsFunction& function, const RunOptions& options);
  StudyResult optimize(const ReportingFunction& function, const RunOptions& options);
  StudyResult optimize(const TrialFunction& function, const RunOptions& options);

  /// The best trial of those that got the most: feasible before infeasible, then by the first objective. None if no
  /// trial succeeded.
  std::optional<Trial> best() const;
  /// The feasible trials that no other beats in all objectives.
  std::vector<Trial> pareto_front() const;
  std::vector<Trial> trials() const;
  const SearchSpace& space() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace nascent
