#pragma once

#include <gtest/gtest.h>

#include "contract/example_spaces.h"
#include "nascent/core/random.h"
#include "nascent/trial/trial_store.h"

/// A study and trials that use everything a record can hold.
namespace nascent::testing {

inline StudyRecord example_study() {
  StudyRecord study;
  study.name = "income";
  study.space = every_kind_of_parameter();
  study.objectives = {{"accuracy", true}, {"seconds", false}};
  study.seed = 18446744073709551615ULL;
  study.strategy = "tpe";
  study.settings = {{"time", 60}, {"metric", "accuracy"}};
  return study;
}

inline Trial example_trial(std::int64_t number) {
  Random random(7, static_cast<std::uint64_t>(number));
  Trial trial;
  trial.number = number;
  trial.configuration = every_kind_of_parameter().sample(random);
  trial.fidelity = {{"epochs", 3.0}};
  if (number > 0) trial.parent = number - 1;
  if (number > 1) trial.continues = number - 2;
  trial.origin = "tpe";
  trial.started_seconds = 0.1 * static_cast<double>(number);
  return trial;
}

inline Report example_report(std::int64_t step) {
  return {step, {{"accuracy", 0.5 + 0.1 * static_cast<double>(step)}, {"loss", 1.0 / 3.0}}, 0.25};
}

inline Trial finished(Trial trial, TrialState state = TrialState::kComplete) {
  trial.state = state;
  if (state != TrialState::kFailed) trial.metrics = {{"accuracy", 1.0 / 3.0}, {"seconds", 1e-300}};
  trial.reason = state == TrialState::kComplete ? "" : "out of \"memory\"\n; DROP TABLE trials; é";
  trial.details = {{"rounds", 17}, {"nested", {1, 2.5, nullptr}}};
  trial.cost_seconds = 1.5;
  return trial;
}

inline void expect_equal(const Trial& actual, const Trial& expected) {
  EXPECT_EQ(actual.number, expected.number);
  EXPECT_EQ(actual.configuration, expected.configuration);
  EXPECT_EQ(actual.fidelity, expected.fidelity);
  EXPECT_EQ(actual.parent, expected.parent);
  EXPECT_EQ(actual.retry_of, expected.retry_of);
  EXPECT_EQ(actual.continues, expected.continues);
  EXPECT_EQ(actual.origin, expected.origin);
  EXPECT_EQ(actual.state, expected.state);
  EXPECT_EQ(actual.metrics, expected.metrics);
  EXPECT_EQ(actual.reason, expected.reason);
  EXPECT_EQ(actual.details, expected.details);
  EXPECT_EQ(actual.started_seconds, expected.started_seconds);
  EXPECT_EQ(actual.cost_seconds, expected.cost_seconds);
  ASSERT_EQ(actual.reports.size(), expected.reports.size());
  for (std::size_t i = 0; i < actual.reports.size(); ++i) {
    EXPECT_EQ(actual.reports[i].step, expected.reports[i].step);
    EXPECT_EQ(actual.reports[i].metrics, expected.reports[i].metrics);
    EXPECT_EQ(actual.reports[i].cost_seconds, expected.reports[i].cost_seconds);
  }
}

}  // namespace nascent::testing
