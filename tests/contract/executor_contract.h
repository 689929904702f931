#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "execution/drive_executor.h"
#include "nascent/core/error.h"
#include "nascent/core/random.h"
#include "nascent/execution/executor.h"
#include "support/seed.h"

/// What every executor must do, whatever its jobs run in. Included by one source file of a program. Its handlers must
/// be `ScriptedHandler`s. Use:
///
///     INSTANTIATE_TEST_SUITE_P(Threads, ExecutorContract, ::testing::Values(make_threads));
namespace nascent::testing {

using MakeExecutor = std::function<std::unique_ptr<Executor>(std::size_t slots)>;

class ExecutorContract : public ::testing::TestWithParam<MakeExecutor> {
 protected:
  static std::unique_ptr<Executor> make(std::size_t slots) { return GetParam()(slots); }
};

TEST_P(ExecutorContract, gives_the_result_of_a_job) {
  const auto executor = make(1);
  executor->submit(job_of(42, {{"do", "add"}, {"a", 1.25}, {"b", 2.5}}));
  EXPECT_EQ(executor->free_slots(), 0U);
  const JobEnded ended = next_end(*executor);
  EXPECT_EQ(ended.id, 42);
  EXPECT_EQ(ended.outcome.kind, JobOutcome::Kind::kDone);
  EXPECT_EQ(ended.outcome.result, Json({{"sum", 3.75}}));
  EXPECT_EQ(ended.outcome.reason, "");
  EXPECT_FALSE(ended.outcome.asked_to_stop);
  EXPECT_GT(ended.outcome.seconds, 0.0);
  EXPECT_EQ(executor->free_slots(), 1U);
}

TEST_P(ExecutorContract, runs_as_many_jobs_at_a_time_as_it_has_slots) {
  const auto executor = make(3);
  EXPECT_EQ(executor->slots(), 3U);
  for (std::int64_t id = 0; id < 3; ++id) executor->submit(job_of(id, {{"do", "report"}, {"steps", 1}}));
  EXPECT_EQ(executor->free_slots(), 0U);
  // All three have begun before any is answered.
  std::set<std::int64_t> reported;
  for (int i = 0; i < 3; ++i) reported.insert(next_report(*executor).id);
  EXPECT_EQ(reported, (std::set<std::int64_t>{0, 1, 2}));
  for (const std::int64_t id : reported) executor->answer(id, true);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(next_end(*executor).outcome.result, Json({{"reported", 1}}));
}

TEST_P(ExecutorContract, refuses_a_job_when_no_slot_is_free) {
  const auto executor = make(1);
  executor->submit(job_of(1, {{"do", "until_told"}}));
  EXPECT_THROW(executor->submit(job_of(2, {{"do", "until_told"}})), InternalError);
}

TEST_P(ExecutorContract, a_report_arrives_whole_and_its_answer_lets_the_job_go_on) {
  const auto executor = make(1);
  executor->submit(job_of(5, {{"do", "report"}, {"steps", 3}}));
  for (std::int64_t step = 1; step <= 3; ++step) {
    const JobReported reported = next_report(*executor);
    EXPECT_EQ(reported.id, 5);
    EXPECT_EQ(reported.report.step, step);
    EXPECT_EQ(reported.report.metrics, (Metrics{{"loss", 1.0 / static_cast<double>(step)}}));
    EXPECT_EQ(reported.report.cost_seconds, 0.25 * static_cast<double>(step));
    executor->answer(5, true);
  }
  const JobOutcome outcome = next_end(*executor).outcome;
  EXPECT_EQ(outcome.result, Json({{"reported", 3}}));
  EXPECT_FALSE(outcome.asked_to_stop);
}

TEST_P(ExecutorContract, an_answer_can_stop_a_job_which_returns_what_it_has) {
  const auto executor = make(1);
  executor->submit(job_of(5, {{"do", "report"}, {"steps", 1000}}));
  next_report(*executor);
  executor->answer(5, true);
  next_report(*executor);
  executor->answer(5, false);
  const JobOutcome outcome = next_end(*executor).outcome;
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::kDone);
  EXPECT_EQ(outcome.result, Json({{"reported", 2}}));
  EXPECT_TRUE(outcome.asked_to_stop);
}

TEST_P(ExecutorContract, a_cancelled_job_is_told_and_ends_with_what_it_has) {
  const auto executor = make(2);
  executor->submit(job_of(1, {{"do", "until_told"}}));
  executor->submit(job_of(2, {{"do", "until_told"}}));
  EXPECT_FALSE(executor->wait(0.02));
  executor->cancel(2);
  const JobEnded second = next_end(*executor);
  EXPECT_EQ(second.id, 2);
  EXPECT_EQ(second.outcome.kind, JobOutcome::Kind::kDone);
  EXPECT_EQ(second.outcome.result, Json({{"told", true}}));
  EXPECT_TRUE(second.outcome.asked_to_stop);
  executor->cancel(1);
  EXPECT_EQ(next_end(*executor).id, 1);
}

TEST_P(ExecutorContract, a_job_cancelled_at_once_still_ends) {
  const auto executor = make(1);
  executor->submit(job_of(1, {{"do", "until_told"}}));
  executor->cancel(1);
  EXPECT_TRUE(next_end(*executor).outcome.asked_to_stop);
}

TEST_P(ExecutorContract, a_report_of_a_cancelled_job_says_stop_even_if_the_answer_is_to_go_on) {
  const auto executor = make(1);
  executor->submit(job_of(1, {{"do", "report"}, {"steps", 1000}}));
  next_report(*executor);
  executor->cancel(1);
  executor->answer(1, true);
  EXPECT_EQ(next_end(*executor).outcome.result, Json({{"reported", 1}}));
}

TEST_P(ExecutorContract, a_job_stops_by_itself_at_its_soft_deadline) {
  const auto executor = make(1);
  Job job = job_of(1, {{"do", "until_told"}});
  job.soft_deadline = Deadline::in(0.05);
  executor->submit(std::move(job));
  const JobOutcome outcome = next_end(*executor).outcome;
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::kDone);
  EXPECT_TRUE(outcome.asked_to_stop);
}

TEST_P(ExecutorContract, an_exception_fails_the_job_with_its_first_line) {
  const auto executor = make(1);
  const JobOutcome outcome =
      run_alone(*executor, {{"do", "throw"}, {"text", "\nthe depth must be positive\nStack trace:\n..."}});
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::kFailed);
  EXPECT_EQ(outcome.reason, "the depth must be positive");
  EXPECT_TRUE(outcome.result.is_null());
  EXPECT_EQ(run_alone(*executor, {{"do", "throw_int"}}).reason, "an exception that is not a std::exception");
  EXPECT_EQ(run_alone(*executor, {{"do", "add"}, {"a", 1}, {"b", 1}}).result, Json({{"sum", 2.0}}));
}

TEST_P(ExecutorContract, running_out_of_memory_fails_the_job_with_that_reason) {
  const auto executor = make(1);
  EXPECT_EQ(run_alone(*executor, {{"do", "throw_bad_alloc"}}).reason, "out of memory");
  const JobOutcome torch =
      run_alone(*executor, {{"do", "throw"}, {"text", "DefaultCPUAllocator: not enough memory: you tried ..."}});
  EXPECT_EQ(torch.kind, JobOutcome::Kind::kFailed);
  EXPECT_EQ(torch.reason, "out of memory");
}

TEST_P(ExecutorContract, numbers_that_json_cannot_write_arrive_as_they_are) {
  const auto executor = make(1);
  executor->submit(job_of(1, {{"do", "report_strange_numbers"}}));
  const double infinity = std::numeric_limits<double>::infinity();
  const Metrics metrics = next_report(*executor).report.metrics;
  EXPECT_TRUE(std::isnan(metrics.at("nan")));
  EXPECT_EQ(metrics.at("inf"), infinity);
  EXPECT_EQ(metrics.at("minus"), -infinity);
  executor->answer(1, true);
  const Json result = next_end(*executor).outcome.result;
  EXPECT_TRUE(std::isnan(result.at("nan").get<double>()));
  EXPECT_EQ(result.at("list"), Json({infinity, -infinity, 1.5}));
}

TEST_P(ExecutorContract, payloads_and_results_of_many_megabytes_pass_in_both_directions_at_once) {
  const auto executor = make(2);
  std::map<std::int64_t, std::string> sent;
  for (std::int64_t id = 0; id < 2; ++id) {
    sent[id] = std::string(6'000'000 + static_cast<std::size_t>(id), static_cast<char>('a' + id)) + "\n\"quotes\" \\ ü";
    executor->submit(job_of(id, {{"do", "echo"}, {"value", sent[id]}}));
  }
  for (int i = 0; i < 2; ++i) {
    const JobEnded ended = next_end(*executor);
    EXPECT_TRUE(ended.outcome.result == sent.at(ended.id)) << "job " << ended.id;
  }
}

TEST_P(ExecutorContract, waiting_without_an_event_gives_nothing) {
  const auto executor = make(1);
  EXPECT_FALSE(executor->wait(0.0));
  executor->submit(job_of(1, {{"do", "until_told"}}));
  EXPECT_FALSE(executor->wait(0.0));
  EXPECT_FALSE(executor->wait(0.01));
}

TEST_P(ExecutorContract, answering_or_cancelling_a_job_that_has_ended_does_nothing) {
  const auto executor = make(1);
  run_alone(*executor, {{"do", "add"}, {"a", 1}, {"b", 1}}, 8);
  executor->answer(8, false);
  executor->cancel(8);
  executor->cancel(9);
  executor->submit(job_of(10, {{"do", "report"}, {"steps", 2}}));
  next_report(*executor);
  executor->answer(10, true);
  next_report(*executor);
  executor->answer(10, true);
  EXPECT_EQ(next_end(*executor).outcome.result, Json({{"reported", 2}}));
}

TEST_P(ExecutorContract, what_a_job_prints_is_no_answer) {
  const auto executor = make(1);
  const JobOutcome outcome = run_alone(*executor, {{"do", "print"}, {"text", "{\"ended\": 1, \"result\": 5}"}});
  EXPECT_EQ(outcome.kind, JobOutcome::Kind::kDone);
  EXPECT_EQ(run_alone(*executor, {{"do", "add"}, {"a", 1}, {"b", 1}}).result, Json({{"sum", 2.0}}));
}

TEST_P(ExecutorContract, can_be_destroyed_while_jobs_run_and_reports_wait) {
  const auto executor = make(2);
  executor->submit(job_of(1, {{"do", "until_told"}}));
  executor->submit(job_of(2, {{"do", "report"}, {"steps", 1000}}));
  next_report(*executor);
}

TEST_P(ExecutorContract, every_job_of_a_random_mix_ends_once_and_with_its_own_result) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  Random random(seed);
  const auto executor = make(3);
  constexpr std::int64_t kJobs = 200;
  std::map<std::int64_t, Json> expected;
  std::int64_t submitted = 0;
  std::int64_t ended = 0;
  while (ended < kJobs) {
    while (submitted < kJobs && executor->free_slots() > 0) {
      const std::int64_t id = submitted++;
      const std::uint64_t kind = random.below(4);
      if (kind == 0) {
        expected[id] = {{"sum", static_cast<double>(id) + 0.5}};
        executor->submit(job_of(id, {{"do", "add"}, {"a", id}, {"b", 0.5}}));
      } else if (kind == 1) {
        const std::int64_t steps = random.integer(1, 5);
        expected[id] = {{"reported", steps}};
        executor->submit(job_of(id, {{"do", "report"}, {"steps", steps}}));
      } else if (kind == 2) {
        expected[id] = std::string(static_cast<std::size_t>(random.below(300'000)), 'x') + std::to_string(id);
        executor->submit(job_of(id, {{"do", "echo"}, {"value", expected[id]}}));
      } else {
        expected[id] = nullptr;
        executor->submit(job_of(id, {{"do", "throw"}, {"text", "no " + std::to_string(id)}}));
      }
    }
    auto event = executor->wait(kForever);
    ASSERT_TRUE(event);
    if (const auto* reported = std::get_if<JobReported>(&*event)) {
      executor->answer(reported->id, true);
    } else {
      const auto& end = std::get<JobEnded>(*event);
      const auto found = expected.find(end.id);
      ASSERT_NE(found, expected.end()) << "job " << end.id << " ended twice or never began";
      EXPECT_TRUE(end.outcome.result == found->second) << "job " << end.id;
      if (found->second.is_null()) {
        EXPECT_EQ(end.outcome.reason, "no " + std::to_string(end.id));
      }
      expected.erase(found);
      ++ended;
    }
  }
  EXPECT_EQ(executor->free_slots(), 3U);
  EXPECT_FALSE(executor->wait(0.0));
}

}  // namespace nascent::testing
