#include "nascent/automl/fit.h"

#include <fmt/format.h>

#include <algorithm>

#include "automl/fit_session.h"
#include "automl/joint_space.h"
#include "automl/prepare.h"
#include "automl/settings.h"
#include "automl/thinning.h"
#include "automl/time_plan.h"
#include "nascent/core/error.h"
#include "nascent/core/near_match.h"
#include "nascent/core/quantity.h"
#include "nascent/learner/dense_network.h"
#include "nascent/learner/family.h"
#include "nascent/learner/image_family.h"
#include "nascent/store/sqlite_store.h"
#include "nascent/strategy/search_strategy.h"
#include "run/designed_networks.h"
#include "run/run_folder.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;

#ifdef NASCENT_TORCH
constexpr bool kWithNetworks = true;
#else
constexpr bool kWithNetworks = false;
#endif

void check_out(const fs::path& out) {
  if (out.empty()) throw InputError("a fit needs a folder for what it finds: --out RUN");
  if (!fs::exists(out)) return;
  if (fs::exists(RunFolder(out).study()))
    throw InputError(
        fmt::format("{} already holds a study; choose another --out, or go on with it: nascent fit --resume {}",
                    out.string(), out.string()));
  if (!fs::is_directory(out)) throw InputError(out.string() + " is a file; --out names a folder");
  if (!fs::is_empty(out))
    throw InputError(out.string() + " is not empty and holds no study; choose another --out, or empty it");
}

/// Only the families that were asked for; a name that does not exist is an error with the ones that do.
std::vector<Family> chosen_families(std::vector<Family> families, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return families;
  std::vector<std::string> names;
  for (const Family& family : families) names.push_back(family.name);
  for (const std::string& name : wanted) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw InputError(fmt::format("--models: there is no family \"{}\" for this data; there are {}{}", name,
                                 fmt::join(names, ", "), did_you_mean(name, names)));
  }
  std::erase_if(families, [&](const Family& family) {
    return std::find(wanted.begin(), wanted.end(), family.name) == wanted.end();
  });
  return families;
}

TableTraits traits_of(const PreparedData& data) {
  TableTraits traits{.task = data.plan.task, .rows = data.table.rows()};
  for (const Feature& feature : data.table.features()) {
    if (!feature.categorical) {
      ++traits.numeric_features;
      continue;
    }
    ++traits.categorical_features;
    traits.largest_cardinality = std::max(traits.largest_cardinality, feature.categories);
  }
  return traits;
}

/// The kind or the file that was named, with the limits of the command line.
NetworkSpaceOptions network_options(const FitOptions& options) {
  NetworkSpaceOptions network = options.space.empty() ? NetworkSpaceOptions{} : network_space_options(options.space);
  if (options.limits.parameters > 0) network.limits.parameters = options.limits.parameters;
  if (options.limits.multiply_adds > 0) network.limits.multiply_adds = options.limits.multiply_adds;
  if (options.limits.latency_ms > 0.0) network.limits.latency_ms = options.limits.latency_ms;
  return network;
}

/// The space of a plan's designed networks, and where to start in it. On a table they are its only model family.
StartedSpace designed_networks(const FitPlan& plan) {
  if (!kWithNetworks)
    throw InputError(
        "this nascent was built without libtorch (preset no-torch) and cannot train networks that are designed by "
        "search; build the preset release");
  if (plan.kind == DataKind::kTable)
    return join_families({dense_network_family(*plan.network, network_task(plan), plan.task)});
  Family family = image_family(*plan.network, network_task(plan));
  return {std::move(family.space), std::move(family.first)};
}

StartedSpace search_space_for(PreparedData& data, const FitOptions& options) {
  const std::vector<std::string>& models = options.models;
  const bool is_table = data.plan.kind == DataKind::kTable;
  if (is_table && options.space.empty()) {
    if (options.limits != NetworkLimits{})
      throw InputError(
          "--max-parameters and the like bound networks that are designed by search; for a table add --space macro");
    return join_families(chosen_families(table_families(traits_of(data), kWithNetworks), models));
  }
  if (!models.empty())
    throw InputError(is_table ? "--models chooses families, but --space fits networks alone; leave one of them out"
                              : "--models chooses families for tables; images are always fitted by networks");
  data.plan.network = network_options(options);
  if (is_table) data.plan.network_inputs = dense_network_inputs(data.table);
  return designed_networks(data.plan);
}

/// The plan of a run folder, with what is not saved with a space: which networks keep the limits, and which are the
/// same.
FitPlan load_plan(const RunFolder& folder) {
  FitPlan plan = FitPlan::load(folder.plan());
  if (!plan.network && plan.kind == DataKind::kTable) return plan;
  if (!plan.network)
    throw InputError(fmt::format(
        "{} was begun by an early build of nascent 0.1.0, whose space of networks is no longer there; go on "
        "with that build, or start anew: nascent fit DATA --out RUN",
        folder.root().string()));
  SearchSpace space = designed_networks(plan).space;
  if (space == plan.space) plan.space = std::move(space);
  return plan;
}

/// Removes what a failed beginning left, so that an error leaves nothing behind.
class FolderGuard {
 public:
  explicit FolderGuard(const fs::path& folder) : folder_(folder), existed_(fs::exists(folder)) {}
  ~FolderGuard() {
    if (kept_) return;
    std::error_code ignored;
    if (!existed_) {
      fs::remove_all(folder_, ignored);
      return;
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored))
      fs::remove_all(entry.path(), ignored);
  }
  void keep() { kept_ = true; }

 private:
  fs::path folder_;
  bool existed_;
  bool kept_ = false;
};

void make_folders(const RunFolder& folder) {
  for (const fs::path& path : {folder.root(), folder.data(), folder.trials(), folder.logs()}) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error)
      throw SystemError(
          fmt::format("cannot make the folder {}: {}; choose another --out", path.string(), error.message()));
  }
}

}  // namespace

std::string default_strategy(bool images) { return images ? "evolution:start=3" : "tpe"; }

OrderedJson fit(const FitOptions& options, FitObserver& observer) {
  const Stopwatch watch;
  check_out(options.out);
  if (options.ensemble_size < 1) throw InputError("--ensemble: at least one trial makes a model");
  Thinning{options.thin};
  if (options.trials && *options.trials < 1) throw InputError("--trials: at least one trial is needed");
  const Machine machine = find_machine(options.workers, options.memory_bytes, options.worker_program);
  StudySettings settings = StudySettings::from_options(options);

  observer.progress({.phase = "reading", .total_seconds = settings.time_seconds});
  PreparedData data = prepare(options);
  if (settings.strategy.empty()) settings.strategy = default_strategy(data.plan.kind == DataKind::kImages);
  StartedSpace started = search_space_for(data, options);
  if (options.first_configurations)
    for (const Configuration& first : started.first) settings.first.push_back(first.to_json());
  data.plan.precision = options.precision;
  data.plan.space = started.space;
  settings.estimation =
      plan_estimation(options, data.plan,
                      plan_fidelity(data.plan, settings.time_seconds, machine.workers, options.trial_epochs,
                                    data.test_table.rows() + data.test_images.count()));
  const Metric& metric = metric_named(data.plan.metric, data.plan.task.kind);
  const Objective objective{metric.name, metric.maximize};
  make_strategy(settings.strategy, {.space = started.space, .objectives = {objective}, .seed = options.seed});
  for (const std::string& note : data.notes) observer.note(note);

  const RunFolder folder(options.out);
  FolderGuard guard(folder.root());
  make_folders(folder);
  save_data(data, folder.training_data(), folder.test_data());
  data.plan.save(folder.plan());
  const auto store = create_sqlite_store(folder.study(), {.name = "fit",
                                                          .space = started.space,
                                                          .objectives = {objective},
                                                          .seed = options.seed,
                                                          .strategy = settings.strategy,
                                                          .settings = settings.to_json()});
  guard.keep();
  FitPlan plan = std::move(data.plan);
  data = PreparedData();  // the workers and this program map what was written
  FitSession session(folder, std::move(plan), settings, machine, *store, observer, watch, watch.seconds(), 0.0);
  return session.run(settings.time_seconds);
}

OrderedJson resume(const fs::path& run, const ResumeOptions& options, FitObserver& observer) {
  const Stopwatch watch;
  const RunFolder folder(run);
  if (!fs::exists(folder.study()))
    throw InputError(run.string() + " holds no study to go on with; start one: nascent fit DATA --out " + run.string());
  FitPlan plan = load_plan(folder);
  const auto store = open_sqlite_store(folder.study());
  StudySettings settings = StudySettings::from_json(store->study().settings);
  const Machine machine = find_machine(options.workers.value_or(settings.workers),
                                       options.memory_bytes.value_or(settings.memory_bytes), options.worker_program);
  const Json spent_note = store->note("seconds_spent");
  const double spent = spent_note.is_number() ? spent_note.get<double>() : 0.0;
  if (options.trials) settings.trials = options.trials;
  std::optional<double> time = options.time_seconds;
  if (!time && settings.time_seconds) {
    // What the study had left; never so little that it could not at least be finished.
    time = std::max(*settings.time_seconds - spent, std::min(10.0, *settings.time_seconds));
  }
  make_folders(folder);
  observer.note(fmt::format("going on with {}: {} trials, {} spent so far{}", run.string(), store->trials().size(),
                            format_duration(spent), time ? ", " + format_duration(*time) + " to go" : ""));
  FitSession session(folder, std::move(plan), settings, machine, *store, observer, watch, watch.seconds(), spent);
  return session.run(time);
}

}  // namespace nascent
