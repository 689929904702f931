#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nascent/estimation/scheduler.h"
#include "nascent/execution/executor.h"
#include "nascent/search/search_loop.h"
#include "nascent/store/memory_store.h"
#include "nascent/strategy/search_strategy.h"

/// A small problem and everything that a search of it needs; tests change the part that they are about.
namespace nascent::testing {

using Evaluate = std::function<Json(const Json& payload, JobContext&)>;

class FunctionHandler : public JobHandler {
 public:
  explicit FunctionHandler(Evaluate evaluate) : evaluate_(std::move(evaluate)) {}
  Json run(const Json& payload, JobContext& context) override { return evaluate_(payload, context); }

 private:
  Evaluate evaluate_;
};

inline std::unique_ptr<Executor> threads(std::size_t count, Evaluate evaluate) {
  return make_thread_executor(count, [=] { return std::make_unique<FunctionHandler>(evaluate); });
}

inline Json loss_result(double loss) { return {{"metrics", {{"loss", loss}}}}; }

/// (x - 0.3)^2 + 0.1 depth: the least is at x = 0.3, depth = 1.
inline Json bowl(const Json& payload, JobContext&) {
  const double x = payload.at("x");
  return loss_result((x - 0.3) * (x - 0.3) + 0.1 * payload.at("depth").get<double>());
}

inline SearchSpace bowl_space() {
  SearchSpace space;
  space.add_float("x", 0.0, 1.0);
  space.add_int("depth", 1, 4);
  return space;
}

inline Configuration bowl_point(double x, std::int64_t depth) {
  Configuration configuration;
  configuration.set("x", x);
  configuration.set("depth", depth);
  return configuration;
}

inline StudyRecord bowl_study(const std::string& strategy = "random", std::uint64_t seed = 1) {
  return {.name = "bowl",
          .space = bowl_space(),
          .objectives = {{"loss", false}},
          .seed = seed,
          .strategy = strategy,
          .settings = {}};
}

inline std::unique_ptr<SearchStrategy> strategy_of(const StudyRecord& study) {
  return make_strategy(study.strategy, {.space = study.space, .objectives = study.objectives, .seed = study.seed});
}

/// Remembers what it was shown, and asks another strategy.
class WatchedStrategy : public SearchStrategy {
 public:
  explicit WatchedStrategy(const StudyRecord& study) : inner_(strategy_of(study)) {}
  std::string_view name() const override { return inner_->name(); }
  std::optional<Proposal> suggest(std::int64_t number, std::span<const Trial> running) override {
    std::vector<std::int64_t> numbers;
    for (const Trial& trial : running) numbers.push_back(trial.number);
    running_seen.push_back(numbers);
    return inner_->suggest(number, running);
  }
  void observe(const Trial& trial) override {
    observed.push_back(trial);
    inner_->observe(trial);
  }

  std::vector<Trial> observed;
  std::vector<std::vector<std::int64_t>> running_seen;

 private:
  std::unique_ptr<SearchStrategy> inner_;
};

/// One session of a search, with its parts made for it where the test gives none.
struct Session {
  TrialStore& store;
  Executor& executor;
  SearchLoopOptions options = {};
  SearchStrategy* strategy = nullptr;
  Scheduler* scheduler = nullptr;
  SearchObserver* observer = nullptr;
  PayloadOf payload = [](const Trial& trial) { return trial.configuration.to_json(); };

  SearchSummary run() {
    const auto own_strategy = strategy_of(store.study());
    FullEvaluation own_scheduler;
    SearchObserver own_observer;
    return run_search(store, strategy != nullptr ? *strategy : *own_strategy,
                      scheduler != nullptr ? *scheduler : own_scheduler, executor, payload, options,
                      observer != nullptr ? *observer : own_observer);
  }
};

inline std::vector<std::string> configurations_of(const TrialStore& store) {
  std::vector<std::string> all;
  for (const Trial& trial : store.trials()) all.push_back(trial.configuration.canonical());
  return all;
}

/// Calls a function at each end of a trial.
class OnFinish : public SearchObserver {
 public:
  explicit OnFinish(std::function<void(const Trial&)> call) : call_(std::move(call)) {}
  void trial_finished(const Trial& trial) override { call_(trial); }

 private:
  std::function<void(const Trial&)> call_;
};

}  // namespace nascent::testing
