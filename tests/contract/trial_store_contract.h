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

TEST_P(TrialStoreContract, GivesTheNextNumber) {
  Trial trial = example_trial(0);
  trial.number = kNextNumber;
  EXPECT_EQ(store_->create(trial), 0);
  EXPECT_EQ(store_->create(trial), 1);
  EXPECT_EQ(store_->create(example_trial(2)), 2);
  trial.number = 1;
  expect_equal(store_->trials().at(1), trial);
}

TEST_P(TrialStoreContract, DoesNotGiveANumberTwice) {
  EXPECT_EQ(store_->create(example_trial(0)), 0);
  EXPECT_EQ(store_->create(example_trial(0)), std::nullopt) << "another coordinator has been faster";
  EXPECT_EQ(store_->trials().size(), 1u);
}

TEST_P(TrialStoreContract, RefusesWhatBreaksTheOrder) {
  EXPECT_THROW(store_->create(example_trial(1)), InternalError);
  EXPECT_THROW(store_->report(0, example_report(1)), InternalError);
  EXPECT_THROW(store_->finish(finished(example_trial(0))), InternalError);
  EXPECT_TRUE(store_->trials().empty());
  store_->create(example_trial(0));
  EXPECT_THROW(store_->finish(example_trial(0)), InternalError) << "it is still running";
  EXPECT_THROW(store_->create(finished(example_trial(1))), InternalError);
  EXPECT_EQ(store_->trials().size(), 1u);
}

TEST_P(TrialStoreContract, RefusesAConfigurationOfAnotherSpace) {
  Trial trial = example_trial(0);
  trial.configuration.set("momentum", std::int64_t{1});
  EXPECT_THROW(store_->create(trial), InternalError);
  EXPECT_TRUE(store_->trials().empty());
}

TEST_P(TrialStoreContract, ShowsTrialsFromANumberOn) {
  for (std::int64_t number = 0; number < 5; ++number) {
    store_->create(example_trial(number));
    for (std::int64_t step = 1; step <= number; ++step) store_->report(number, example_report(step));
  }
  std::vector<Trial> shown;
  store_->for_each_trial(3, [&](Trial&& trial) { shown.push_back(std::move(trial)); });
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_EQ(shown[0].number, 3);
  EXPECT_EQ(shown[0].reports.size(), 3u);
  EXPECT_EQ(shown[1].reports.size(), 4u);
}

TEST_P(TrialStoreContract, KnowsTheOrderInWhichTrialsEnded) {
  for (std::int64_t number = 0; number < 4; ++number) store_->create(example_trial(number));
  store_->report(2, example_report(1));
  EXPECT_EQ(store_->finish(finished(example_trial(2))), 1);
  EXPECT_EQ(store_->finish(finished(example_trial(0))), 2);
  EXPECT_EQ(store_->finish(finished(example_trial(3))), 3);
  const auto ended_after = [&](std::int64_t before) {
    std::vector<std::int64_t> numbers;
    store_->for_each_ended(before, [&](Trial&& trial) {
      EXPECT_EQ(trial.reports.size(), trial.number == 2 ? 1u : 0u);
      EXPECT_EQ(trial.state, TrialState::kComplete);
      numbers.push_back(trial.number);
    });
    return numbers;
  };
  EXPECT_EQ(ended_after(0), (std::vector<std::int64_t>{2, 0, 3}));
  EXPECT_EQ(ended_after(2), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(ended_after(3), (std::vector<std::int64_t>{}));
}

/// The first attempt is trial 0, still running.
inline Trial second_attempt(std::int64_t number = 1) {
  Trial trial = example_trial(number);
  trial.configuration = example_trial(0).configuration;
  trial.retry_of = 0;
  return trial;
}

TEST_P(TrialStoreContract, ClosesARunningTrialThatIsStartedAnew) {
  store_->create(example_trial(0));
  store_->report(0, example_report(1));
  EXPECT_EQ(store_->create(second_attempt()), 1);
  const std::vector<Trial> trials = store_->trials();
  Trial closed = example_trial(0);
  closed.state = TrialState::kFailed;
  closed.reason = "interrupted";
  closed.reports = {example_report(1)};
  closed.cost_seconds = example_report(1).cost_seconds;
  expect_equal(trials.at(0), closed);
  expect_equal(trials.at(1), second_attempt());
  std::vector<std::int64_t> ended;
  store_->for_each_ended(0, [&](Trial&& trial) { ended.push_back(trial.number); });
  EXPECT_EQ(ended, (std::vector<std::int64_t>{0}));
}

TEST_P(TrialStoreContract, TurnsAwayALateResultOnlyOnceTheTrialHasBeenStartedAnew) {
  store_->create(example_trial(0));
  store_->create(second_attempt());
  EXPECT_FALSE(store_->report(0, example_report(2)));
  EXPECT_EQ(store_->finish(finished(example_trial(0))), std::nullopt);
  EXPECT_EQ(store_->trials().at(0).state, TrialState::kFailed);
  EXPECT_TRUE(store_->report(1, example_report(2)));
  EXPECT_EQ(store_->finish(finished(second_attempt())), 2) << "the closed one ended first";
}

TEST_P(TrialStoreContract, StartsATrialAnewOnceAndNeverOneWithAResult) {
  store_->create(example_trial(0));
  EXPECT_EQ(store_->create(second_attempt(1)), 1);
  EXPECT_EQ(store_->create(second_attempt(2)), std::nullopt) << "another coordinator has been faster";
  Trial third = second_attempt(2);
  third.retry_of = 1;
  store_->finish(finished(second_attempt(1)));
  EXPECT_EQ(store_->create(third), std::nullopt) << "its late result came first";
  EXPECT_EQ(store_->trials().size(), 2u);
}

TEST_P(TrialStoreContract, StartsATrialAnewThatWasCutOffAtADeadline) {
  store_->create(example_trial(0));
  Trial cut = finished(example_trial(0), TrialState::kFailed);
  cut.reason = kTimeWasUp;
  store_->finish(cut);
  EXPECT_EQ(store_->create(second_attempt()), 1);
  expect_equal(store_->trials().at(0), cut);
}

TEST_P(TrialStoreContract, GivesUpARunningTrialOnce) {
  store_->create(example_trial(0));
  store_->report(0, example_report(1));
  EXPECT_TRUE(store_->give_up(0, "interrupted 3 times"));
  EXPECT_FALSE(store_->give_up(0, "again"));
  const Trial trial = store_->trials().at(0);
  EXPECT_EQ(trial.state, TrialState::kFailed);
  EXPECT_EQ(trial.reason, "interrupted 3 times");
  EXPECT_EQ(trial.cost_seconds, example_report(1).cost_seconds);
  EXPECT_EQ(store_->finish(finished(example_trial(0))), std::nullopt) << "too late";
}

TEST_P(TrialStoreContract, ShowsRunningTrialsAndCountsAll) {
  EXPECT_EQ(store_->size(), 0);
  for (std::int64_t number = 0; number < 4; ++number) store_->create(example_trial(number));
  store_->report(3, example_report(1));
  store_->finish(finished(example_trial(2)));
  EXPECT_EQ(store_->size(), 4);
  std::vector<std::int64_t> running;
  store_->for_each_running(1, [&](Trial&& trial) {
    running.push_back(trial.number);
    EXPECT_EQ(trial.reports.size(), trial.number == 3 ? 1u : 0u);
  });
  EXPECT_EQ(running, (std::vector<std::int64_t>{1, 3}));
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
