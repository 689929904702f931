#include "nascent/search/search_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "contract/forwarding_store.h"
#include "nascent/core/error.h"
#include "search/search_fixture.h"

namespace nascent::testing {
namespace {

TEST(SearchLoop, runs_as_many_trials_as_asked_and_records_each) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, bowl);
  const SearchSummary summary = Session{*store, *executor, {.max_trials = 12}}.run();
  EXPECT_EQ(summary.ended_because, "12 trials are done");
  const std::vector<Trial> trials = store->trials();
  ASSERT_EQ(trials.size(), 12U);
  double last_end = 0.0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Trial& trial = trials[i];
    EXPECT_EQ(trial.number, static_cast<std::int64_t>(i));
    EXPECT_EQ(trial.state, TrialState::kComplete);
    EXPECT_EQ(trial.origin, "random");
    EXPECT_EQ(trial.reason, "");
    const double x = trial.configuration.number("x");
    EXPECT_EQ(trial.metrics.at("loss"),
              (x - 0.3) * (x - 0.3) + 0.1 * static_cast<double>(trial.configuration.integer("depth")));
    EXPECT_GE(trial.started_seconds, last_end);
    last_end = trial.started_seconds + trial.cost_seconds;
  }
}

TEST(SearchLoop, several_workers_run_each_trial_once_and_the_strategy_sees_what_runs) {
  const StudyRecord study = bowl_study();
  const auto store = create_memory_store(study);
  const auto executor = threads(4, bowl);
  WatchedStrategy strategy(study);
  Session{*store, *executor, {.max_trials = 80}, &strategy}.run();
  const std::vector<Trial> trials = store->trials();
  ASSERT_EQ(trials.size(), 80U);
  EXPECT_TRUE(std::ranges::all_of(trials, [](const Trial& t) { return t.state == TrialState::kComplete; }));
  std::set<std::int64_t> observed;
  for (const Trial& trial : strategy.observed) observed.insert(trial.number);
  EXPECT_EQ(observed.size(), 80U);
  EXPECT_EQ(strategy.observed.size(), 80U);
  ASSERT_EQ(strategy.running_seen.size(), 80U);
  // The first four start before anything can have ended.
  EXPECT_EQ(strategy.running_seen[3], (std::vector<std::int64_t>{0, 1, 2}));
  for (const auto& running : strategy.running_seen) EXPECT_LE(running.size(), 3U);
}

TEST(SearchLoop, keeps_to_the_limit_of_trials_at_a_time) {
  const StudyRecord study = bowl_study();
  const auto store = create_memory_store(study);
  const auto executor = threads(4, bowl);
  WatchedStrategy strategy(study);
  Session{*store, *executor, {.max_trials = 20, .max_in_flight = 2}, &strategy}.run();
  EXPECT_EQ(strategy.running_seen[1].size(), 1U);
  for (const auto& running : strategy.running_seen) EXPECT_LE(running.size(), 1U);
}

TEST(SearchLoop, ends_when_a_finite_space_is_exhausted) {
  StudyRecord study = bowl_study();
  study.space = SearchSpace().add_int("depth", 1, 3).add_categorical("kind", {{"a"}, {"b"}});
  const auto store = create_memory_store(study);
  const auto executor = threads(2, [](const Json& payload, JobContext&) { return loss_result(payload.at("depth")); });
  const SearchSummary summary = Session{*store, *executor}.run();
  EXPECT_EQ(summary.ended_because, "the space is exhausted");
  const auto tried = configurations_of(*store);
  EXPECT_EQ(tried.size(), 6U);
  EXPECT_EQ(std::set<std::string>(tried.begin(), tried.end()).size(), 6U);
}

TEST(SearchLoop, tries_given_configurations_first_and_in_order_and_none_twice) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, bowl);
  const std::vector<Configuration> first{bowl_point(0.25, 2), bowl_point(0.5, 1), bowl_point(0.25, 2)};
  Session{*store, *executor, {.max_trials = 1, .first = first}}.run();
  Session{*store, *executor, {.max_trials = 4, .first = first}}.run();
  const std::vector<Trial> trials = store->trials();
  ASSERT_EQ(trials.size(), 4U);
  EXPECT_EQ(trials[0].configuration, first[0]);
  EXPECT_EQ(trials[1].configuration, first[1]);
  EXPECT_EQ(trials[0].origin, "first");
  EXPECT_EQ(trials[1].origin, "first");
  EXPECT_EQ(trials[2].origin, "random");
}

TEST(SearchLoop, a_given_configuration_that_is_not_of_the_space_is_refused_before_anything_is_recorded) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, bowl);
  Session session{*store, *executor, {.max_trials = 3, .first = {bowl_point(0.5, 1), bowl_point(0.5, 99)}}};
  EXPECT_THROW(session.run(), InputError);
  EXPECT_TRUE(store->trials().empty());
}

/// Stops what is worse than a bound at its second report.
class Bound : public Scheduler {
 public:
  std::string_view name() const override { return "bound"; }
  Decision decide(const Trial& trial) override {
    const Report& last = trial.reports.back();
    if (last.step < 2 || last.metrics.at("loss") <= 0.5) return {};
    return {Decision::Kind::kStop, "loss above 0.5 after 2 epochs"};
  }
  void observe(const Trial& trial) override { observed.push_back(trial.number); }
  std::vector<std::int64_t> observed;
};

TEST(SearchLoop, a_scheduler_stops_trials_and_their_last_report_is_the_result) {
  const StudyRecord study = bowl_study();
  const auto store = create_memory_store(study);
  // Returns nothing when it is stopped, and 0 when not.
  const auto executor = threads(1, [](const Json& payload, JobContext& context) -> Json {
    for (std::int64_t step = 1; step <= 4; ++step) {
      const double loss = payload.at("x").get<double>() / static_cast<double>(step) * 2.0;
      if (!context.report({step, {{"loss", loss}}, 0.0})) return {};
    }
    return {{"metrics", {{"loss", 0.0}}}, {"details", {{"epochs", 4}}}};
  });
  WatchedStrategy strategy(study);
  Bound scheduler;
  Session{*store, *executor, {.max_trials = 30}, &strategy, &scheduler}.run();
  int stopped = 0;
  for (const Trial& trial : store->trials()) {
    const double x = trial.configuration.number("x");
    if (x <= 0.5) {
      EXPECT_EQ(trial.state, TrialState::kComplete);
      EXPECT_EQ(trial.reports.size(), 4U);
      EXPECT_EQ(trial.metrics.at("loss"), 0.0);
      EXPECT_EQ(trial.details, Json({{"epochs", 4}}));
    } else {
      ++stopped;
      EXPECT_EQ(trial.state, TrialState::kStopped);
      EXPECT_EQ(trial.reason, "loss above 0.5 after 2 epochs");
      EXPECT_EQ(trial.reports.size(), 2U);
      EXPECT_EQ(trial.metrics.at("loss"), x);
    }
  }
  EXPECT_GT(stopped, 0);
  EXPECT_LT(stopped, 30);
  EXPECT_EQ(scheduler.observed.size(), 30U);
  EXPECT_EQ(strategy.observed.size(), 30U);
}

TEST(SearchLoop, a_report_that_is_not_a_number_ends_its_trial) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, [](const Json&, JobContext& context) -> Json {
    context.report({1, {{"loss", 0.5}}, 0.0});
    if (!context.report({2, {{"loss", std::nan("")}}, 0.0})) return loss_result(std::nan(""));
    return loss_result(0.1);
  });
  Session{*store, *executor, {.max_trials = 1}}.run();
  const Trial trial = store->trials().front();
  EXPECT_EQ(trial.state, TrialState::kFailed);
  EXPECT_EQ(trial.reason, "loss was NaN at step 2");
  EXPECT_TRUE(trial.metrics.empty());
}

TEST(SearchLoop, a_failing_trial_is_recorded_with_its_reason_and_the_search_goes_on) {
  const StudyRecord study = bowl_study();
  const auto store = create_memory_store(study);
  const auto executor = threads(2, [](const Json& payload, JobContext& context) -> Json {
    const double x = payload.at("x");
    if (x < 0.25) throw std::runtime_error("x is too small");
    if (x < 0.5) return loss_result(std::nan(""));
    return bowl(payload, context);
  });
  WatchedStrategy strategy(study);
  Session{*store, *executor, {.max_trials = 40}, &strategy}.run();
  for (const Trial& trial : store->trials()) {
    const double x = trial.configuration.number("x");
    EXPECT_EQ(trial.state, x < 0.5 ? TrialState::kFailed : TrialState::kComplete);
    EXPECT_EQ(trial.reason, x < 0.25 ? "x is too small" : x < 0.5 ? "the result is NaN" : "");
  }
  EXPECT_EQ(strategy.observed.size(), 40U);
}

TEST(SearchLoop, gives_up_when_everything_fails) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, [](const Json&, JobContext&) -> Json { throw std::runtime_error("no GPU found"); });
  const SearchSummary summary = Session{*store, *executor}.run();
  EXPECT_EQ(summary.ended_because, "20 trials failed and none succeeded; the last: no GPU found");
  EXPECT_EQ(store->trials().size(), 20U);
}

TEST(SearchLoop, does_not_give_up_on_failures_once_a_trial_has_succeeded) {
  const auto store = create_memory_store(bowl_study());
  std::atomic<int> calls = 0;
  const auto executor = threads(1, [&calls](const Json&, JobContext&) -> Json {
    if (++calls == 10) return loss_result(1.0);
    throw std::runtime_error("bad luck");
  });
  EXPECT_EQ((Session{*store, *executor, {.max_trials = 60}}.run().ended_because), "60 trials are done");
}

TEST(SearchLoop, records_everything_before_the_worker_hears_of_it) {
  struct Log {
    std::mutex mutex;
    std::vector<std::string> lines;
    void add(const std::string& line) {
      const std::lock_guard lock(mutex);
      lines.push_back(line);
    }
  } log;
  class LoggedStore : public ForwardingStore {
   public:
    LoggedStore(std::unique_ptr<TrialStore> inner, Log& log) : inner_(std::move(inner)), log_(log) {}
    std::optional<std::int64_t> create(const Trial& trial) override {
      const auto number = inner_->create(trial);
      log_.add("recorded");
      return number;
    }
    bool report(std::int64_t number, const Report& report) override {
      const bool recorded = inner_->report(number, report);
      log_.add("report recorded");
      return recorded;
    }
    std::optional<std::int64_t> finish(const Trial& trial) override {
      const auto place = inner_->finish(trial);
      log_.add("finished");
      return place;
    }

   private:
    TrialStore& inner() const override { return *inner_; }
    std::unique_ptr<TrialStore> inner_;
    Log& log_;
  } store(create_memory_store(bowl_study()), log);
  const auto executor = threads(1, [&log](const Json&, JobContext& context) -> Json {
    log.add("worker begins");
    context.report({1, {{"loss", 1.0}}, 0.0});
    log.add("worker goes on");
    return loss_result(1.0);
  });
  Session{store, *executor, {.max_trials = 2}}.run();
  const std::vector<std::string> once{"recorded", "worker begins", "report recorded", "worker goes on", "finished"};
  std::vector<std::string> twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(log.lines, twice);
}

TEST(SearchLoop, tells_the_observer_and_ticks_while_a_trial_runs) {
  class Counting : public SearchObserver {
   public:
    void trial_started(const Trial& trial) override { started = trial.number; }
    void trial_reported(const Trial& trial, const Report& report) override {
      EXPECT_EQ(trial.reports.size(), 1U);
      reported = report.step;
    }
    void trial_finished(const Trial& trial) override { finished = trial.metrics.at("loss"); }
    void tick() override { ++ticks; }
    std::int64_t started = -1;
    std::int64_t reported = -1;
    double finished = 0.0;
    std::atomic<int> ticks = 0;
  } observer;
  const auto store = create_memory_store(bowl_study());
  // Ends only when the observer has been called often enough meanwhile.
  const auto executor = threads(1, [&observer](const Json&, JobContext& context) -> Json {
    context.report({7, {{"loss", 2.0}}, 0.0});
    while (observer.ticks < 4) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return loss_result(3.0);
  });
  Session{*store, *executor, {.max_trials = 1}, nullptr, nullptr, &observer}.run();
  EXPECT_EQ(observer.started, 0);
  EXPECT_EQ(observer.reported, 7);
  EXPECT_EQ(observer.finished, 3.0);
}

TEST(SearchLoop, does_not_start_what_its_payload_cannot_be_made_for) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, bowl);
  Session session{*store, *executor, {.max_trials = 1}};
  session.payload = [](const Trial&) -> Json { throw InternalError("no such family"); };
  EXPECT_THROW(session.run(), InternalError);
  EXPECT_TRUE(store->trials().empty());
}

}  // namespace
}  // namespace nascent::testing
