#include "nascent/search/optimize.h"

#include <cmath>
#include <memory>

#include "nascent/core/error.h"
#include "nascent/search/search_loop.h"
#include "nascent/store/memory_store.h"
#include "nascent/store/sqlite_store.h"
#include "nascent/strategy/search_strategy.h"

namespace nascent {
namespace {

constexpr const char* kMetric = "value";

/// Calls the user's function for a configuration that comes as JSON.
class FunctionHandler : public JobHandler {
 public:
  FunctionHandler(const SearchSpace& space, const std::function<double(const Configuration&)>& objective)
      : space_(space), objective_(objective) {}

  Json run(const Json& payload, JobContext&) override {
    return {{"metrics", {{kMetric, objective_(space_.configuration_from_json(payload))}}}};
  }

 private:
  const SearchSpace& space_;
  const std::function<double(const Configuration&)>& objective_;
};

[[noreturn]] void throw_another_study(const std::filesystem::path& path, const std::string& difference) {
  throw InputError(path.string() + " holds another study: its " + difference +
                   " differs; give another file as storage, or remove this one");
}

std::unique_ptr<TrialStore> open_store(const StudyRecord& study, const std::filesystem::path& path) {
  if (path.empty()) return create_memory_store(study);
  if (!std::filesystem::exists(path)) return create_sqlite_store(path, study);
  auto store = open_sqlite_store(path);
  const StudyRecord& found = store->study();
  if (found.space != study.space) throw_another_study(path, "search space");
  if (found.objectives.size() != 1 || found.objectives[0].metric != kMetric) throw_another_study(path, "metric");
  if (found.objectives[0].maximize != study.objectives[0].maximize) throw_another_study(path, "direction");
  if (found.strategy != study.strategy) throw_another_study(path, "strategy (" + found.strategy + ")");
  if (found.seed != study.seed) throw_another_study(path, "seed (" + std::to_string(found.seed) + ")");
  return store;
}

}  // namespace

double StudyResult::best_value() const {
  if (best) return best->metrics.at(kMetric);
  if (trials.empty()) throw Error("the study has no trial yet");
  throw Error("no trial of the study succeeded; the last failed because: " + trials.back().reason);
}

StudyResult optimize(const SearchSpace& space, const OptimizeOptions& options,
                     const std::function<double(const Configuration&)>& objective) {
  if (options.trials < 0 && std::isinf(options.seconds) && !space.size()) {
    throw InputError("the search would never end: limit its trials or its seconds");
  }
  if (options.threads == 0) throw InputError("the search needs at least one thread");
  const StudyRecord study{.name = "optimize",
                          .space = space,
                          .objectives = {{kMetric, options.maximize}},
                          .seed = options.seed,
                          .strategy = options.strategy,
                          .settings = {}};
  const auto strategy =
      make_strategy(options.strategy, {.space = space, .objectives = study.objectives, .seed = options.seed});
  const auto store = open_store(study, options.storage);
  const auto executor =
      make_thread_executor(options.threads, [&] { return std::make_unique<FunctionHandler>(space, objective); });
  FullEvaluation scheduler;
  SearchObserver observer;
  const SearchLoopOptions loop{.max_trials = options.trials, .deadline = Deadline::in(options.seconds)};
  SearchSummary summary = run_search(
      *store, *strategy, scheduler, *executor, [](const Trial& trial) { return trial.configuration.to_json(); }, loop,
      observer);

  StudyResult result{.trials = store->trials(), .best = {}, .ended_because = std::move(summary.ended_because)};
  if (const Trial* best = best_trial(result.trials, study.objectives.front())) result.best = *best;
  return result;
}

}  // namespace nascent
