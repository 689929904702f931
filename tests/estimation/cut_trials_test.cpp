#include <gtest/gtest.h>

#include <string>

#include "estimation/scheduler_trials.h"

namespace nascent {
namespace {

using testing::begun;
using testing::ended;
using testing::setup_for;
using Kind = Assignment::Kind;

Trial cut(Trial trial, std::string_view reason) {
  trial.state = TrialState::kStopped;
  trial.reason = reason;
  trial.metrics = {{"loss", 0.5}};
  return trial;
}

class CutTrials : public ::testing::TestWithParam<const char*> {};

TEST_P(CutTrials, WhatWasTakenUpWhenTheSearchEndedIsTakenUpAgain) {
  const auto scheduler = make_scheduler(GetParam(), setup_for(9));
  std::int64_t number = 0;
  Assignment next = scheduler->next({}, true);
  for (; next.kind == Kind::kStart && number < 30; ++number) {
    Trial trial = begun(number, 0);
    trial.fidelity = next.fidelity;
    scheduler->observe(ended(trial, 1.0 + static_cast<double>(number)));
    next = scheduler->next({}, true);
  }
  ASSERT_EQ(next.kind, Kind::kContinue);
  for (const std::string_view reason : {kTimeWasUp, kInterrupted}) {
    Trial trial = begun(number++, 0, next.continues);
    trial.configuration = next.configuration;
    trial.fidelity = next.fidelity;
    scheduler->observe(cut(trial, reason));
    const Assignment again = scheduler->next({}, true);
    EXPECT_EQ(again.kind, Kind::kContinue) << reason;
    EXPECT_EQ(again.continues, next.continues) << reason;
    EXPECT_EQ(again.fidelity, next.fidelity) << reason;
  }
  // What a scheduler has stopped is not.
  Trial trial = begun(number, 0, next.continues);
  trial.configuration = next.configuration;
  trial.fidelity = next.fidelity;
  scheduler->observe(cut(trial, "stopped at epoch 2 of 9"));
  const Assignment other = scheduler->next({}, true);
  EXPECT_TRUE(other.kind == Kind::kStart || other.continues != next.continues);
}

INSTANTIATE_TEST_SUITE_P(All, CutTrials, ::testing::Values("asha", "halving", "hyperband", "curve:looks=3"),
                         [](const auto& test) {
                           return std::string(test.param).substr(0, std::string(test.param).find(':'));
                         });

}  // namespace
}  // namespace nascent
