#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "contract/example_trials.h"
#include "nascent/core/error.h"
#include "nascent/trial/trial_store.h"

/// What every `TrialStore` must do. A store's tests instantiate `TrialStoreContract` with a way to make an empty one.
namespace nascent::testing {

/// A kind of store: how it is called and how an empty one with this study is made. The store may keep its files in the
/// folder, which lives as long as the test.
struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<TrialStore>(const StudyRecord&)> create;
};

inline void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

class TrialStoreContract : public ::testing::TestWithParam<StoreKind> {
 protected:
  std::unique_ptr<TrialStore> store_ = GetParam().create(example_study());
};

TEST_P(TrialStoreContract, KnowsItsStudy) {
  const StudyRecord& study = store_->study();
  const StudyRecord expected = example_study();
  EXPECT_EQ(study.name, expected.name);
  EXPECT_EQ(study.space, expected.space);
  ASSERT_EQ(study.objectives.size(), 2u);
  EXPECT_EQ(study.objectives[0].metric, "accuracy");
  EXPECT_TRUE(study.objectives[0].maximize);
  EXPECT_FALSE(study.objectives[1].maximize);
  EXPECT_EQ(study.seed, expected.seed);
  EXPECT_EQ(study.strategy, expected.strategy);
  EXPECT_EQ(study.settings, expected.settings);
  EXPECT_TRUE(store_->trials().empty());
}

TEST_P(TrialStoreContract, KeepsARunningTrialWithItsReports) {
  Trial trial = example_trial(0);
  store_->create(trial);
  expect_equal(store_->trials().at(0), trial);
  for (std::int64_t step = 1; step <= 3; ++step) {
    store_->report(0, example_report(step));
    trial.reports.push_back(example_report(step));
  }
  expect_equal(store_->trials().at(0), trial);
}

TEST_P(TrialStoreContract, KeepsFinishedTrialsInTheOrderOfTheirNumbers) {
  std::vector<Trial> expected;
  for (std::int64_t number = 0; number < 12; ++number) {
    store_->create(example_trial(number));
    expected.push_back(example_trial(number));
  }
  const TrialState states[] = {TrialState::kComplete, TrialState::kStopped, TrialState::kFailed};
  for (std::int64_t number = 11; number >= 0; --number) {
    Trial& trial = expected[static_cast<std::size_t>(number)];
    store_->report(number, example_report(number));
    trial = finished(trial, states[number % 3]);
    store_->finish(trial);
    trial.reports.push_back(example_report(number));
  }
  const std::vector<Trial> trials = store_->trials();
  ASSERT_EQ(trials.size(), expected.size());
  for (std::size_t i = 0; i < trials.size(); ++i) expect_equal(trials[i], expected[i]);
}

TEST_P(TrialStoreContract, NeverChangesAFinishedTrial) {
  const Trial trial = finished(example_trial(0));
  store_->create(example_trial(0));
  store_->finish(trial);
  try {
    store_->finish(finished(example_trial(0), TrialState::kFailed));
    FAIL() << "the record of a finished trial was changed";
  } catch (const InternalError& error) {
    EXPECT_STREQ(error.what(), "trial 0 is finished and its record does not change any more");
  }
  EXPECT_THROW(store_->report(0, example_report(1)), InternalError);
  expect_equal(store_->trials().at(0), trial);
}

TEST_P(TrialStoreContract, RefusesWhatBreaksTheOrder) {
  EXPECT_THROW(store_->create(example_trial(1)), InternalError);
  EXPECT_THROW(store_->report(0, example_report(1)), InternalError);
  EXPECT_THROW(store_->finish(finished(example_trial(0))), InternalError);
  EXPECT_TRUE(store_->trials().empty());
  store_->create(example_trial(0));
  EXPECT_THROW(store_->create(example_trial(0)), InternalError);
  EXPECT_THROW(store_->finish(example_trial(0)), InternalError) << "it is still running";
  EXPECT_THROW(store_->create(finished(example_trial(1))), InternalError);
  EXPECT_EQ(store_->trials().size(), 1u);
}

TEST_P(TrialStoreContract, KeepsNumbersThatAreNotFinite) {
  store_->create(example_trial(0));
  store_->report(0, {1, {{"loss", NAN}, {"up", INFINITY}, {"down", -INFINITY}}, 0.0});
  Trial trial = finished(example_trial(0));
  trial.metrics = {{"loss", NAN}};
  store_->finish(trial);
  const Trial read = store_->trials().at(0);
  EXPECT_TRUE(std::isnan(read.metrics.at("loss")));
  EXPECT_TRUE(std::isnan(read.reports.at(0).metrics.at("loss")));
  EXPECT_EQ(read.reports.at(0).metrics.at("up"), INFINITY);
  EXPECT_EQ(read.reports.at(0).metrics.at("down"), -INFINITY);
}

TEST_P(TrialStoreContract, KeepsNotes) {
  EXPECT_TRUE(store_->note("seconds").is_null());
  store_->set_note("seconds", 12.5);
  store_->set_note("phase", {{"name", "search"}});
  store_->set_note("seconds", 13.0);
  EXPECT_EQ(store_->note("seconds"), 13.0);
  EXPECT_EQ(store_->note("phase"), Json({{"name", "search"}}));
}

}  // namespace nascent::testing
