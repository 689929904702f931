#include "nascent/search/study.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <set>

#include "nascent/core/error.h"
#include "nascent/estimation/study_estimation.h"
#include "nascent/store/memory_store.h"
#include "nascent/store/sqlite_store.h"
#include "nascent/strategy/repeats.h"
#include "nascent/trial/repeated.h"
#include "search/search_session.h"
#include "search/trial_result.h"

namespace nascent {
namespace {

/// Reports of a function go through the executor's channel.
class ReportedProgress : public TrialProgress {
 public:
  explicit ReportedProgress(JobContext& context) : context_(context) {}
  bool report(std::int64_t step, const Metrics& metrics) override {
    return context_.report({step, metrics, watch_.seconds()});
  }
  bool should_stop() override { return context_.should_stop(); }

 private:
  JobContext& context_;
  Stopwatch watch_;
};

/// What a function sees of its trial.
Json payload_of(const Trial& trial) {
  Json payload{
      {"number", trial.number}, {"configuration", trial.configuration.to_json()}, {"fidelity", trial.fidelity}};
  if (trial.parent) payload["parent"] = *trial.parent;
  if (trial.retry_of) payload["retry_of"] = *trial.retry_of;
  if (trial.continues) payload["continues"] = *trial.continues;
  return payload;
}

Trial trial_from(const Json& payload, const SearchSpace& space) {
  const auto number = [&](const char* name) {
    return payload.contains(name) ? std::optional<std::int64_t>(payload.at(name)) : std::nullopt;
  };
  return {.number = payload.at("number"),
          .configuration = space.configuration_from_json(payload.at("configuration")),
          .fidelity = payload.at("fidelity").get<Fidelity>(),
          .parent = number("parent"),
          .retry_of = number("retry_of"),
          .continues = number("continues")};
}

/// Calls the user's function for a trial that comes as JSON.
class FunctionHandler : public JobHandler {
 public:
  FunctionHandler(const SearchSpace& space, const TrialFunction& function) : space_(space), function_(function) {}

  Json run(const Json& payload, JobContext& context) override {
    ReportedProgress progress(context);
    return {{"metrics", function_(trial_from(payload, space_), progress)}};
  }

 private:
  const SearchSpace& space_;
  const TrialFunction& function_;
};

[[noreturn]] void throw_another_study(const std::filesystem::path& path, const std::string& difference) {
  throw InputError(path.string() + " holds another study: its " + difference +
                   " differs; give another file as storage, or remove this one");
}

void check_same(const StudyRecord& found, const StudyRecord& study, const std::filesystem::path& path) {
  if (found.space != study.space) throw_another_study(path, "search space");
  if (found.objectives.size() != study.objectives.size()) throw_another_study(path, "number of objectives");
  for (std::size_t i = 0; i < study.objectives.size(); ++i) {
    if (found.objectives[i].metric != study.objectives[i].metric) throw_another_study(path, "metric");
    if (found.objectives[i].maximize != study.objectives[i].maximize) throw_another_study(path, "direction");
  }
  if (found.constraints != study.constraints) throw_another_study(path, "outcome constraints");
  if (found.strategy != study.strategy) throw_another_study(path, "strategy (" + found.strategy + ")");
  if (found.settings.is_object() && found.settings.value("repeats", std::size_t{1}) != study.settings.at("repeats")) {
    throw_another_study(path, "number of repeats");
  }
  if (estimation_of(found) != estimation_of(study)) throw_another_study(path, "scheduler or fidelity");
  if (found.seed != study.seed) throw_another_study(path, "seed (" + std::to_string(found.seed) + ")");
}

std::unique_ptr<TrialStore> open_store(const StudyRecord& study, const std::filesystem::path& path) {
  if (path.empty()) return create_memory_store(study);
  auto store = open_or_create_sqlite_store(path, study);
  check_same(store->study(), study, path);
  return store;
}

void check_objectives(const std::vector<Objective>& objectives) {
  if (objectives.empty()) throw InputError("a study needs an objective: the metric that is minimized or maximized");
  std::set<std::string> names;
  for (const Objective& objective : objectives) {
    if (!names.insert(objective.metric).second) {
      throw InputError(fmt::format("the objective \"{}\" is given twice; name each metric once", objective.metric));
    }
  }
}

/// Nothing for a study whose trials all get the same.
std::optional<StudyEstimation> estimation_for(const StudyOptions& options) {
  const FidelityRange& range = options.fidelity;
  if (range.axis.empty()) {
    if (options.scheduler == "full") return {};
    throw InputError(fmt::format(
        "the scheduler {} has to know what there is to give less of; set StudyOptions::fidelity: {{\"epochs\", 1, 27}}",
        options.scheduler));
  }
  if (!(range.least > 0.0 && range.least < range.most && std::isfinite(range.most))) {
    throw InputError(
        fmt::format("the fidelity {} from {} to {} is no range; its least must be above 0 and its most above that",
                    range.axis, range.least, range.most));
  }
  if (options.repeats > 1 && options.scheduler != "full") {
    throw InputError(
        fmt::format("repeats and the scheduler {} do not go together: results of different amounts have no mean",
                    options.scheduler));
  }
  return StudyEstimation{options.scheduler, range};
}

std::unique_ptr<SearchStrategy> strategy_for(const SearchSpace& space, const StudyOptions& options) {
  const StrategySetup setup{.space = space,
                            .objectives = options.objectives,
                            .seed = options.seed,
                            .constraints = options.constraints,
                            .budget = options.budget,
                            .allow_duplicates = options.allow_duplicates};
  auto strategy = make_strategy(options.strategy, setup);
  if (options.repeats <= 1) return strategy;
  return make_repeats(std::move(strategy), setup, {.repeats = options.repeats});
}

StudyRecord record_of(SearchSpace space, const StudyOptions& options) {
  StudyRecord record{.name = "study",
                     .space = std::move(space),
                     .objectives = options.objectives,
                     .seed = options.seed,
                     .strategy = options.strategy,
                     .constraints = options.constraints,
                     .settings = {{"repeats", options.repeats}}};
  if (const auto estimation = estimation_for(options)) estimation->write_to(record.settings);
  return record;
}

/// Null for a study without one.
std::unique_ptr<Scheduler> scheduler_for(const StudyRecord& study) {
  const auto estimation = estimation_of(study);
  return estimation ? make_scheduler(*estimation, study) : nullptr;
}

}  // namespace

double StudyResult::best_value() const {
  if (best) return best->metrics.at(metric);
  if (trials.empty()) throw Error("the study has no trial yet");
  throw Error("no trial of the study succeeded; the last failed because: " + trials.back().reason);
}

/// The scheduler of the study or, where it has none, that of one run.
class StudyScheduler : public Scheduler {
 public:
  explicit StudyScheduler(std::unique_ptr<Scheduler> own) : own_(std::move(own)), current_(own_.get()) {}

  std::string_view name() const override { return current_ != nullptr ? current_->name() : "full"; }
  Assignment next(std::span<const Trial> running, bool more) override {
    return current_ != nullptr ? current_->next(running, more) : Scheduler::next(running, more);
  }
  bool uses(const Fidelity& fidelity) const override { return own_ == nullptr || own_->uses(fidelity); }
  Decision decide(const Trial& trial) override { return current_ != nullptr ? current_->decide(trial) : Decision{}; }
  void observe(const Trial& trial) override {
    if (current_ != nullptr) current_->observe(trial);
  }
  /// For a run. A new one learns from all that have ended; null: back to the study's.
  void use(Scheduler* scheduler, const TrialStore& store) {
    if (own_ != nullptr && scheduler != nullptr)
      throw InputError(fmt::format("the study has the scheduler {}; leave out RunOptions::scheduler", own_->name()));
    if (own_ != nullptr || scheduler == current_) return;
    current_ = scheduler;
    if (scheduler != nullptr) store.for_each_ended(0, [&](Trial&& trial) { scheduler->observe(trial); });
  }

 private:
  std::unique_ptr<Scheduler> own_;
  Scheduler* current_;
};

struct Study::Parts {
  Parts(SearchSpace the_space, StudyOptions the_options)
      : space(std::move(the_space)),
        options(std::move(the_options)),
        estimation(estimation_for(options)),
        scheduler(scheduler_for(record_of(space, options))),
        strategy(strategy_for(space, options)),
        store(open_store(record_of(space, options), options.storage)),
        coordinator(*store, *strategy, scheduler, {.first = options.first}) {}

  double now() const { return coordinator_start + watch.seconds(); }

  void finish(Trial trial) {
    trial.cost_seconds = now() - trial.started_seconds;
    why_told_to_stop.erase(trial.number);
    coordinator.finish(trial);
  }

  /// Null if no trial succeeded.
  const Trial* best_of(const std::vector<Trial>& trials) const {
    const Objective& objective = options.objectives.front();
    if (options.repeats > 1) {
      const auto best = best_configuration(trials, objective, options.repeats, options.constraints);
      if (best) return &trials.at(static_cast<std::size_t>(best->trials.front()));
    }
    return best_trial(trials, objective, options.constraints);
  }

  const Trial& running(const Trial& trial) const {
    const Trial* found = coordinator.running(trial.number);
    if (found == nullptr) {
      throw InputError(
          fmt::format("trial {} is not running here; tell each trial that was asked for once", trial.number));
    }
    return *found;
  }

  SearchSpace space;  ///< with its traits, which the record does not keep
  StudyOptions options;
  std::optional<StudyEstimation> estimation;
  StudyScheduler scheduler;
  std::unique_ptr<SearchStrategy> strategy;
  std::unique_ptr<TrialStore> store;
  Coordinator coordinator;
  double coordinator_start = coordinator.last_seconds();
  Stopwatch watch;
  std::map<std::int64_t, std::string> why_told_to_stop;  ///< by trial that was asked for
};

Study::Study(SearchSpace space, StudyOptions options) {
  check_objectives(options.objectives);
  for (const Configuration& configuration : options.first) space.validate(configuration);
  parts_ = std::make_unique<Parts>(std::move(space), std::move(options));
}

Study::Study(Study&&) noexcept = default;
Study& Study::operator=(Study&&) noexcept = default;
Study::~Study() = default;

std::optional<Trial> Study::try_ask() {
  parts_->coordinator.limit(-1);
  return parts_->coordinator.start(parts_->now(), [](const Trial&) { return true; });
}

Trial Study::ask() {
  std::optional<Trial> trial = try_ask();
  if (!trial && waits()) throw Error("the scheduler waits for trials that are running; tell their results first");
  if (!trial) throw Error("all configurations of the space have been tried");
  return std::move(*trial);
}

bool Study::waits() const { return parts_->coordinator.waits(); }

void Study::tell(const Trial& trial, double value) {
  tell(trial, Metrics{{parts_->options.objectives.front().metric, value}});
}

void Study::tell(const Trial& trial, Metrics metrics) {
  Trial told = parts_->running(trial);
  for (const Objective& objective : parts_->options.objectives) {
    if (!metrics.contains(objective.metric)) {
      throw InputError(fmt::format("trial {} was told without the metric \"{}\", an objective of the study",
                                   trial.number, objective.metric));
    }
  }
  const auto why_told_to_stop = parts_->why_told_to_stop.find(trial.number);
  const bool stopped = why_told_to_stop != parts_->why_told_to_stop.end();
  JobOutcome outcome{
      .kind = JobOutcome::Kind::kDone, .result = {{"metrics", std::move(metrics)}}, .asked_to_stop = stopped};
  conclude(told, outcome, parts_->options.objectives, stopped ? why_told_to_stop->second : "");
  parts_->finish(std::move(told));
}

void Study::tell_failed(const Trial& trial, std::string reason) {
  Trial told = parts_->running(trial);
  told.state = TrialState::kFailed;
  told.reason = std::move(reason);
  parts_->finish(std::move(told));
}

bool Study::report(const Trial& trial, std::int64_t step, const Metrics& metrics) {
  const Trial& running = parts_->running(trial);
  if (!parts_->coordinator.report(trial.number, {step, metrics, parts_->now() - running.started_seconds})) return false;
  std::string& why = parts_->why_told_to_stop[trial.number];
  if (why.empty()) why = why_to_stop(running, parts_->options.objectives, parts_->scheduler);
  if (!why.empty()) return false;
  parts_->why_told_to_stop.erase(trial.number);
  return true;
}

void Study::add(const Configuration& configuration, Metrics metrics) {
  parts_->space.validate(configuration);
  Trial trial;
  trial.configuration = configuration;
  JobOutcome outcome{.kind = JobOutcome::Kind::kDone, .result = {{"metrics", std::move(metrics)}}};
  conclude(trial, outcome, parts_->options.objectives, "");
  if (trial.state != TrialState::kComplete) throw InputError("a known result cannot be used: " + trial.reason);
  trial.started_seconds = parts_->now();
  if (parts_->estimation) trial.fidelity = parts_->estimation->full();
  parts_->coordinator.add(std::move(trial));
}

StudyResult Study::optimize(const ObjectiveFunction& function, const RunOptions& options) {
  const std::string& metric = parts_->options.objectives.front().metric;
  return optimize(
      [&](const Trial& trial, TrialProgress&) {
        return Metrics{{metric, function(trial.configuration)}};
      },
      options);
}

StudyResult Study::optimize(const MetricsFunction& function, const RunOptions& options) {
  return optimize([&](const Trial& trial, TrialProgress&) { return function(trial.configuration); }, options);
}

StudyResult Study::optimize(const ReportingFunction& function, const RunOptions& options) {
  return optimize([&](const Trial& trial, TrialProgress& progress) { return function(trial.configuration, progress); },
                  options);
}

StudyResult Study::optimize(const TrialFunction& function, const RunOptions& options) {
  Parts& parts = *parts_;
  if (options.trials < 0 && std::isinf(options.seconds) && !parts.space.size() && !options.interrupted) {
    throw InputError("the search would never end: limit its trials or its seconds");
  }
  if (options.threads == 0) throw InputError("the search needs at least one thread");
  const auto executor =
      make_thread_executor(options.threads, [&] { return std::make_unique<FunctionHandler>(parts.space, function); });
  SearchObserver observer;
  parts.scheduler.use(options.scheduler, *parts.store);
  const SearchLoopOptions loop{
      .max_trials = options.trials, .deadline = Deadline::in(options.seconds), .interrupted = options.interrupted};
  SearchSummary summary =
      run_search(parts.store->study(), parts.coordinator, parts.scheduler, *executor, payload_of, loop, observer);
  parts.scheduler.use(nullptr, *parts.store);

  StudyResult result{.trials = parts.store->trials(), .ended_because = std::move(summary.ended_because)};
  result.metric = parts.options.objectives.front().metric;
  if (const Trial* best = parts.best_of(result.trials)) result.best = *best;
  if (parts.options.objectives.size() > 1) result.front = pareto_front();
  return result;
}

std::optional<Trial> Study::best() const {
  const std::vector<Trial> all = trials();
  const Trial* best = parts_->best_of(all);
  return best == nullptr ? std::nullopt : std::optional(*best);
}

std::vector<Trial> Study::pareto_front() const {
  const std::vector<Trial> all = trials();
  std::vector<Trial> front;
  for (const Trial* trial : nascent::pareto_front(all, parts_->options.objectives, parts_->options.constraints)) {
    front.push_back(*trial);
  }
  return front;
}

std::vector<Trial> Study::trials() const { return parts_->store->trials(); }

const SearchSpace& Study::space() const { return parts_->space; }

}  // namespace nascent
