// What a trial costs beside its training: the whole loop (strategy, SQLite record, worker process) with a job that does
// nothing. Usage: bench_engine_overhead [trials] [folder for the study]. One JSON line for each strategy and number of
// workers; the goal is less than 5 ms a trial. The folder matters: the record is flushed to its disk once a second.
//
// bench_engine_overhead memory [trials]: random search by ask and tell in the memory store, where nothing but the
// engine costs anything; the first and the last tenth of the trials apart, since a step must not cost more in a longer
// study. The goal is less than 0.1 ms a trial at 100,000.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <string>

#include "nascent/core/json.h"
#include "nascent/search/search_loop.h"
#include "nascent/search/study.h"
#include "nascent/store/sqlite_store.h"

namespace {

using namespace nascent;

constexpr const char* kWorkerArgument = "--as-worker";

/// One report and a result, as the shortest real trial has.
class TrivialHandler : public JobHandler {
 public:
  Json run(const Json& payload, JobContext& context) override {
    const double rate = payload.at("rate");
    const double loss = std::pow(std::log10(rate) + 2.0, 2);
    context.report({1, {{"loss", loss}}, 0.0});
    return {{"metrics", {{"loss", loss}}}, {"details", {{"rounds", 1}}}};
  }
};

/// As many parameters as a space of a few model families has.
SearchSpace space_of_families() {
  SearchSpace trees;
  trees.add_float("shrinkage", 0.01, 0.3, {.log = true}).add_int("depth", 2, 12).add_float("subsample", 0.5, 1.0);
  SearchSpace network;
  network.add_int("layers", 1, 4).add_int("units", 16, 512, {.log = true}).add_float("dropout", 0.0, 0.5);
  SearchSpace linear;
  linear.add_float("penalty", 1e-5, 1e2, {.log = true});
  SearchSpace space;
  space.add_float("rate", 1e-4, 1.0, {.log = true}).add_int("batch", 16, 256, {.log = true});
  space.add_categorical("model", {{"trees", trees}, {"network", network}, {"linear", linear}});
  return space;
}

void measure(const std::string& strategy_name, std::size_t workers, std::int64_t trials, const std::string& program,
             const std::filesystem::path& folder) {
  const StudyRecord study{.name = "overhead",
                          .space = space_of_families(),
                          .objectives = {{"loss", false}},
                          .seed = 1,
                          .strategy = strategy_name,
                          .settings = {}};
  const std::filesystem::path file = folder / (strategy_name + std::to_string(workers) + ".db");
  const auto store = create_sqlite_store(file, study);
  const auto strategy =
      make_strategy(strategy_name, {.space = study.space, .objectives = study.objectives, .seed = study.seed});
  const auto executor = make_process_executor(
      {.command = {program, kWorkerArgument}, .workers = workers, .memory_bytes = 1 << 30, .log_folder = folder});
  FullEvaluation scheduler;
  SearchObserver observer;
  const auto payload_of = [](const Trial& trial) { return trial.configuration.to_json(); };
  // The first trials wait for the workers to start.
  run_search(*store, *strategy, scheduler, *executor, payload_of, {.max_trials = 10}, observer);
  const auto warm_strategy =
      make_strategy(strategy_name, {.space = study.space, .objectives = study.objectives, .seed = study.seed});
  const Stopwatch stopwatch;
  const SearchSummary summary =
      run_search(*store, *warm_strategy, scheduler, *executor, payload_of, {.max_trials = 10 + trials}, observer);
  const double per_trial = 1e3 / static_cast<double>(trials);
  const Json line{{"benchmark", "engine_overhead"},
                  {"strategy", strategy_name},
                  {"workers", workers},
                  {"trials", trials},
                  {"ms_per_trial", stopwatch.seconds() * per_trial},
                  {"strategy_ms", summary.strategy_seconds * per_trial},
                  {"store_ms", summary.store_seconds * per_trial},
                  {"waiting_ms", summary.waiting_seconds * per_trial}};
  std::cout << line.dump() << std::endl;
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void measure_in_memory(std::int64_t trials) {
  Study study(space_of_families(), {.objectives = {{"loss", false}}, .strategy = "random", .seed = 1});
  const std::int64_t tenth = trials / 10;
  double first = 0.0;
  double last = 0.0;
  double begin = processor_seconds();
  for (std::int64_t number = 0; number < trials; ++number) {
    const Trial trial = study.ask();
    study.tell(trial, trial.configuration.number("rate"));
    if (number + 1 == tenth) first = processor_seconds() - begin;
    if (number + 1 == trials - tenth) begin = processor_seconds();
  }
  last = processor_seconds() - begin;
  const double per_trial = 1e3 / static_cast<double>(tenth);
  const Json line{{"benchmark", "engine_overhead"},
                  {"strategy", "random"},
                  {"store", "memory"},
                  {"trials", trials},
                  {"processor_ms_per_trial_first_tenth", first * per_trial},
                  {"processor_ms_per_trial_last_tenth", last * per_trial}};
  std::cout << line.dump() << std::endl;
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string(arguments[1]) == kWorkerArgument) {
    TrivialHandler handler;
    return serve_jobs(handler);
  }
  if (count > 1 && std::string(arguments[1]) == "memory") {
    measure_in_memory(count > 2 ? std::max(10LL, std::atoll(arguments[2])) : 100'000);
    return 0;
  }
  const std::int64_t trials = count > 1 ? std::atoll(arguments[1]) : 500;
  if (trials <= 0) {
    std::fputs("usage: bench_engine_overhead [trials] [folder for the study]\n", stderr);
    return 2;
  }
  std::string folder =
      (count > 2 ? arguments[2] : std::filesystem::temp_directory_path().string()) + "/overhead-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    std::fprintf(stderr, "cannot make a folder %s\n", folder.c_str());
    return 2;
  }
  const std::string program = std::filesystem::canonical("/proc/self/exe").string();
  for (const std::size_t workers : {1, 2}) {
    for (const char* strategy : {"random", "tpe"}) measure(strategy, workers, trials, program, folder);
  }
  std::filesystem::remove_all(folder);
}
