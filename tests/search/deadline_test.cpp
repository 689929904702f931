#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "search/search_fixture.h"
#include "support/temporary_folder.h"

namespace nascent::testing {
namespace {

Json until_told(const Json& payload, JobContext& context) {
  while (!context.should_stop()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return payload;
}

TEST(SearchDeadline, nothing_is_started_after_it) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, bowl);
  const SearchSummary summary = Session{*store, *executor, {.deadline = Deadline::in(0.0)}}.run();
  EXPECT_EQ(summary.ended_because, "the time is up");
  EXPECT_TRUE(store->trials().empty());
}

TEST(SearchDeadline, nothing_is_started_with_too_little_time_before_it) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, bowl);
  Session session{*store, *executor, {.deadline = Deadline::in(1000.0), .least_seconds = 2000.0}};
  EXPECT_EQ(session.run().ended_because, "the time is up");
  EXPECT_TRUE(store->trials().empty());
}

TEST(SearchDeadline, a_trial_that_needs_longer_is_not_started) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(2, bowl);
  const auto needed = [](const Trial& trial) { return trial.number >= 3 ? 2000.0 : 1.0; };
  Session session{*store, *executor, {.deadline = Deadline::in(1000.0), .seconds_needed = needed}};
  EXPECT_EQ(session.run().ended_because.find("the next trial takes at least 2000.0 s, and "), 0U);
  EXPECT_EQ(store->trials().size(), 3U);
}

TEST(SearchDeadline, without_a_deadline_there_is_time_for_everything) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, bowl);
  const auto needed = [](const Trial&) { return 1e9; };
  Session{*store, *executor, {.max_trials = 4, .seconds_needed = needed}}.run();
  EXPECT_EQ(store->trials().size(), 4U);
}

TEST(SearchDeadline, ends_a_search_without_another_limit) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(2, bowl);
  const SearchSummary summary = Session{*store, *executor, {.deadline = Deadline::in(0.1)}}.run();
  EXPECT_EQ(summary.ended_because, "the time is up");
  for (const Trial& trial : store->trials()) EXPECT_TRUE(is_finished(trial.state));
}

TEST(SearchDeadline, a_running_trial_is_stopped_and_its_own_result_kept) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, [](const Json& payload, JobContext& context) -> Json {
    until_told(payload, context);
    return {{"metrics", {{"loss", 0.75}}}, {"details", {{"epochs", 2}}}};
  });
  Session{*store, *executor, {.deadline = Deadline::in(0.05)}}.run();
  const std::vector<Trial> trials = store->trials();
  ASSERT_EQ(trials.size(), 1U);
  EXPECT_EQ(trials[0].state, TrialState::kStopped);
  EXPECT_EQ(trials[0].reason, "the time was up");
  EXPECT_EQ(trials[0].metrics.at("loss"), 0.75);
  EXPECT_EQ(trials[0].details, Json({{"epochs", 2}}));
}

TEST(SearchDeadline, a_stopped_trial_without_a_result_has_that_of_its_last_report) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, [](const Json& payload, JobContext& context) -> Json {
    context.report({1, {{"loss", 0.5}, {"accuracy", 0.9}}, 0.0});
    until_told(payload, context);
    return {};
  });
  Session{*store, *executor, {.deadline = Deadline::in(0.05)}}.run();
  const Trial trial = store->trials().at(0);
  EXPECT_EQ(trial.state, TrialState::kStopped);
  EXPECT_EQ(trial.reason, "the time was up");
  EXPECT_EQ(trial.metrics, (Metrics{{"accuracy", 0.9}, {"loss", 0.5}}));
}

TEST(SearchDeadline, a_stopped_trial_without_anything_is_failed_and_tried_again_when_there_is_time) {
  const StudyRecord study = bowl_study();
  const auto store = create_memory_store(study);
  {
    const auto executor = threads(1, [](const Json& payload, JobContext& context) -> Json {
      until_told(payload, context);
      throw std::runtime_error("there is no epoch yet");
    });
    WatchedStrategy strategy(study);
    Session{*store, *executor, {.deadline = Deadline::in(0.05)}, &strategy}.run();
    EXPECT_TRUE(strategy.observed.empty());
  }
  const Trial cut = store->trials().at(0);
  EXPECT_EQ(cut.state, TrialState::kFailed);
  EXPECT_EQ(cut.reason, "the time was up");
  const auto executor = threads(1, bowl);
  Session{*store, *executor, {.max_trials = 1}}.run();
  ASSERT_EQ(store->trials().size(), 2U);
  EXPECT_EQ(store->trials()[1].configuration, cut.configuration);
  EXPECT_EQ(store->trials()[1].state, TrialState::kComplete);
}

TEST(SearchDeadline, a_real_error_before_it_stays_that_error) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, [](const Json&, JobContext&) -> Json { throw std::runtime_error("no such layer"); });
  Session{*store, *executor, {.max_trials = 1, .deadline = Deadline::in(60.0)}}.run();
  EXPECT_EQ(store->trials().at(0).reason, "no such layer");
}

TEST(SearchInterrupt, stops_what_runs) {
  const auto store = create_memory_store(bowl_study());
  std::atomic<int> begun = 0;
  const auto executor = threads(2, [&begun](const Json& payload, JobContext& context) -> Json {
    ++begun;
    return until_told(payload, context);
  });
  Session session{*store, *executor, {.interrupted = [&begun] { return begun == 2; }}};
  EXPECT_EQ(session.run().ended_because, "interrupted");
  ASSERT_EQ(store->trials().size(), 2U);
  for (const Trial& trial : store->trials()) {
    EXPECT_EQ(trial.state, TrialState::kFailed);
    EXPECT_EQ(trial.reason, "interrupted");
  }
}

// With processes, which can be killed.

std::unique_ptr<Executor> workers(const TemporaryFolder& folder) {
  return make_process_executor({.command = {NASCENT_TEST_WORKER}, .workers = 2, .log_folder = folder / "logs"});
}

TEST(SearchWithProcesses, what_does_not_stop_at_the_deadline_is_killed) {
  const TemporaryFolder folder;
  const auto store = create_memory_store(bowl_study());
  const auto executor = workers(folder);
  Session session{*store, *executor, {.deadline = Deadline::in(0.2), .grace_seconds = 0.1}};
  session.payload = [](const Trial&) { return Json{{"do", "hang"}}; };
  EXPECT_EQ(session.run().ended_because, "the time is up");
  ASSERT_EQ(store->trials().size(), 2U);
  for (const Trial& trial : store->trials()) {
    EXPECT_EQ(trial.state, TrialState::kFailed);
    EXPECT_EQ(trial.reason, "the time was up");
  }
}

TEST(SearchWithProcesses, what_does_not_stop_after_an_interrupt_is_killed) {
  const TemporaryFolder folder;
  const auto store = create_memory_store(bowl_study());
  const auto executor = workers(folder);
  Session session{*store, *executor, {.grace_seconds = 0.1}};
  session.options.interrupted = [&store] { return store->trials().size() == 2; };
  session.payload = [](const Trial&) { return Json{{"do", "hang"}}; };
  EXPECT_EQ(session.run().ended_because, "interrupted");
  for (const Trial& trial : store->trials()) EXPECT_EQ(trial.reason, "interrupted");
}

TEST(SearchWithProcesses, a_crash_costs_its_trial_only) {
  const TemporaryFolder folder;
  const auto store = create_memory_store(bowl_study());
  const auto executor = workers(folder);
  Session session{*store, *executor, {.max_trials = 12}};
  session.payload = [](const Trial& trial) -> Json {
    if (trial.number % 3 == 2) return {{"do", "exit"}, {"code", 3}};
    return {{"do", "echo"}, {"value", {{"metrics", {{"loss", trial.number}}}}}};
  };
  session.run();
  for (const Trial& trial : store->trials()) {
    const bool crashed = trial.number % 3 == 2;
    EXPECT_EQ(trial.state, crashed ? TrialState::kFailed : TrialState::kComplete);
    EXPECT_EQ(trial.reason, crashed ? "worker ended with exit code 3" : "");
  }
}

TEST(SearchWithProcesses, numbers_that_are_none_fail_the_trial_across_the_process_border_too) {
  const TemporaryFolder folder;
  const auto store = create_memory_store(bowl_study());
  const auto executor = workers(folder);
  Session session{*store, *executor, {.max_trials = 3}};
  session.payload = [](const Trial& trial) -> Json {
    const double strange[] = {std::nan(""), std::numeric_limits<double>::infinity(), 1.0};
    return {{"do", "echo"}, {"value", loss_result(strange[trial.number])}};
  };
  session.run();
  EXPECT_EQ(store->trials()[0].reason, "the result is NaN");
  EXPECT_EQ(store->trials()[1].reason, "the result is infinite");
  EXPECT_EQ(store->trials()[2].state, TrialState::kComplete);
}

}  // namespace
}  // namespace nascent::testing
