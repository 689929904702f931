#include "search/trial_result.h"

#include <gtest/gtest.h>

#include <limits>

#include "nascent/execution/executor.h"

namespace nascent {
namespace {

const Objective kLoss{"loss", false};

JobOutcome done(Json result, bool asked_to_stop = false) {
  return {.kind = JobOutcome::Kind::kDone,
          .result = std::move(result),
          .reason = "",
          .seconds = 1.0,
          .asked_to_stop = asked_to_stop};
}

JobOutcome ended(JobOutcome::Kind kind, const std::string& reason, bool asked_to_stop = false) {
  return {.kind = kind, .result = {}, .reason = reason, .seconds = 1.0, .asked_to_stop = asked_to_stop};
}

Trial concluded(const JobOutcome& outcome, const std::string& told = "", Trial trial = {}) {
  conclude(trial, outcome, {kLoss}, told);
  return trial;
}

TEST(Conclude, a_result_completes_the_trial_and_only_finite_metrics_are_kept) {
  const Trial trial =
      concluded(done({{"metrics", {{"loss", 0.5}, {"auc", nullptr}, {"note", "x"}}}, {"details", {{"rounds", 8}}}}));
  EXPECT_EQ(trial.state, TrialState::kComplete);
  EXPECT_EQ(trial.metrics, (Metrics{{"loss", 0.5}}));
  EXPECT_EQ(trial.details, Json({{"rounds", 8}}));
}

TEST(Conclude, says_what_is_wrong_with_a_result) {
  EXPECT_EQ(concluded(done({{"metrics", {{"loss", nullptr}}}})).reason, "the result is NaN");
  EXPECT_EQ(concluded(done({{"metrics", {{"loss", -std::numeric_limits<double>::infinity()}}}})).reason,
            "the result is infinite");
  EXPECT_EQ(concluded(done({{"metrics", {{"auc", 0.5}, {"f1", 0.25}}}})).reason,
            "the result lacks the metric \"loss\"; it has auc, f1");
  for (const Json& result : {Json(), Json(3.5), Json::array({1}), Json::object(), Json({{"metrics", 7}})}) {
    const Trial trial = concluded(done(result));
    EXPECT_EQ(trial.state, TrialState::kFailed);
    EXPECT_EQ(trial.reason, "the result holds no metrics");
  }
}

TEST(Conclude, a_complete_trial_has_the_metrics_of_all_objectives) {
  const std::vector<Objective> objectives{kLoss, {"seconds", false}};
  const auto of = [&](const JobOutcome& outcome) {
    Trial trial;
    conclude(trial, outcome, objectives, "");
    return trial;
  };
  EXPECT_EQ(of(done({{"metrics", {{"loss", 0.5}, {"seconds", 2.0}}}})).state, TrialState::kComplete);
  EXPECT_EQ(of(done({{"metrics", {{"loss", 0.5}}}})).reason, "the result lacks the metric \"seconds\"; it has loss");
  EXPECT_EQ(of(done({{"metrics", {{"loss", 0.5}, {"seconds", nullptr}}}})).reason, "the result's \"seconds\" is NaN");
  const Trial stopped = of(done({{"metrics", {{"loss", 0.5}}}, {"stopped", "no progress"}}));
  EXPECT_EQ(stopped.state, TrialState::kStopped);
  EXPECT_EQ(stopped.metrics, (Metrics{{"loss", 0.5}}));
}

TEST(Conclude, a_job_that_stopped_by_itself_says_why) {
  const Trial trial = concluded(done({{"metrics", {{"loss", 0.5}}}, {"stopped", "no progress for 5 epochs"}}));
  EXPECT_EQ(trial.state, TrialState::kStopped);
  EXPECT_EQ(trial.reason, "no progress for 5 epochs");
}

TEST(Conclude, the_reason_of_who_told_it_to_stop_comes_first) {
  const Json result{{"metrics", {{"loss", 0.5}}}, {"stopped", "told to stop"}};
  EXPECT_EQ(concluded(done(result, true), "worse than the median").reason, "worse than the median");
  // Its own soft deadline, a moment before the search looked at the clock.
  EXPECT_EQ(concluded(done(result, true)).reason, "the time was up");
  // It was told too late to hear of it.
  const Trial trial = concluded(done({{"metrics", {{"loss", 0.5}}}}, false), "the time was up");
  EXPECT_EQ(trial.state, TrialState::kComplete);
  EXPECT_EQ(trial.reason, "");
}

TEST(Conclude, a_kill_at_the_deadline_is_a_cut_and_a_crash_is_not) {
  const Trial killed = concluded(ended(JobOutcome::Kind::kCrashed, std::string(kKilledAtDeadline)), "interrupted");
  EXPECT_EQ(killed.reason, "interrupted");
  EXPECT_TRUE(was_cut_off(killed));
  const Trial crashed =
      concluded(ended(JobOutcome::Kind::kCrashed, "worker killed by signal 6 (Aborted)"), "interrupted");
  EXPECT_EQ(crashed.reason, "worker killed by signal 6 (Aborted)");
  EXPECT_FALSE(was_cut_off(crashed));
}

TEST(Conclude, an_error_of_a_job_that_was_stopped_for_time_is_a_cut_and_of_one_stopped_by_a_scheduler_is_not) {
  EXPECT_TRUE(was_cut_off(concluded(ended(JobOutcome::Kind::kFailed, "no epoch yet", true))));
  const Trial trial = concluded(ended(JobOutcome::Kind::kFailed, "no such layer", true), "worse than the median");
  EXPECT_EQ(trial.reason, "no such layer");
  EXPECT_FALSE(was_cut_off(trial));
}

TEST(Conclude, an_error_of_a_job_that_a_scheduler_stopped_leaves_what_it_had_reported) {
  Trial reported;
  reported.reports = {{1, {{"loss", 0.5}}, 0.0}, {2, {{"loss", 0.25}}, 0.0}};
  const JobOutcome error = ended(JobOutcome::Kind::kFailed, "stopped before all folds were validated", true);
  const Trial trial = concluded(error, "worse than the median", reported);
  EXPECT_EQ(trial.state, TrialState::kStopped);
  EXPECT_EQ(trial.metrics, (Metrics{{"loss", 0.25}}));
  EXPECT_EQ(trial.reason, "worse than the median");
  EXPECT_TRUE(was_cut_off(concluded(error, std::string(kTimeWasUp), reported)));
}

TEST(Conclude, the_last_finite_report_stands_in_for_the_result_of_a_stopped_trial_only) {
  Trial trial;
  trial.reports = {{1, {{"loss", 0.5}}, 0.0}, {2, {{"loss", std::numeric_limits<double>::quiet_NaN()}}, 0.0}};
  const Trial stopped = concluded(done({}, true), "loss was NaN at step 2", trial);
  EXPECT_EQ(stopped.state, TrialState::kStopped);
  EXPECT_EQ(stopped.metrics, (Metrics{{"loss", 0.5}}));
  EXPECT_EQ(concluded(done({}), "", trial).state, TrialState::kFailed);
}

}  // namespace
}  // namespace nascent
