// Studies with a scheduler, by functions and by ask and tell.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "nascent/core/error.h"
#include "nascent/search/optimize.h"
#include "nascent/search/study.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::TemporaryFolder;

SearchSpace line() { return SearchSpace().add_float("x", -5.0, 5.0); }

StudyOptions with(const std::string& scheduler, std::uint64_t seed = 3) {
  return {.strategy = "random", .seed = seed, .scheduler = scheduler, .fidelity = {"epochs", 1, 9}};
}

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// A training that nears |x - 2| from above, and whose state is how far it is. It keeps the states of all trials.
class Training {
 public:
  /// The loss after the epochs of the trial. What a trial continues must have been left where it says.
  double operator()(const Trial& trial) {
    const std::lock_guard lock(mutex_);
    int epoch = 0;
    if (trial.continues) {
      const auto left = epochs_.find(*trial.continues);
      EXPECT_NE(left, epochs_.end()) << "trial " << *trial.continues << " has left nothing";
      if (left != epochs_.end()) epoch = left->second;
    }
    const auto epochs = static_cast<int>(trial.fidelity.at("epochs"));
    trained_ += epochs - epoch;
    epochs_[trial.number] = epochs;
    return loss_at(trial.configuration, epochs);
  }
  static double loss_at(const Configuration& configuration, int epochs) {
    return std::abs(configuration.number("x") - 2.0) + 5.0 * std::pow(0.5, epochs);
  }
  int trained() const { return trained_; }

 private:
  std::mutex mutex_;
  std::map<std::int64_t, int> epochs_;
  int trained_ = 0;
};

std::size_t continued(const std::vector<Trial>& trials) {
  return static_cast<std::size_t>(
      std::ranges::count_if(trials, [](const Trial& trial) { return trial.continues.has_value(); }));
}

TEST(StudyWithAScheduler, a_function_takes_up_what_an_earlier_trial_has_left) {
  for (const std::size_t threads : {1, 3}) {
    Training train;
    Study study(line(), with("asha"));
    const StudyResult result = study.optimize(
        [&](const Trial& trial, TrialProgress&) {
          return Metrics{{"value", train(trial)}};
        },
        {.trials = 18, .threads = threads});
    EXPECT_EQ(result.trials.size() - continued(result.trials), 18U) << "continuing ones do not count";
    EXPECT_GE(continued(result.trials), 6U + 2U);
    int needed = 0;
    std::set<std::int64_t> taken_up;
    for (const Trial& trial : result.trials) {
      needed += static_cast<int>(trial.fidelity.at("epochs"));
      if (!trial.continues) continue;
      EXPECT_TRUE(taken_up.insert(*trial.continues).second);
      const Trial& before = result.trials.at(static_cast<std::size_t>(*trial.continues));
      EXPECT_EQ(before.configuration, trial.configuration);
      needed -= static_cast<int>(before.fidelity.at("epochs"));
    }
    EXPECT_EQ(train.trained(), needed);
    ASSERT_TRUE(result.best);
    EXPECT_EQ(result.best->fidelity, (Fidelity{{"epochs", 9.0}}));
    for (const Trial& trial : result.trials) {
      if (trial.fidelity != result.best->fidelity) continue;
      EXPECT_LE(result.best_value(), trial.metrics.at("value"));
    }
  }
}

TEST(StudyWithAScheduler, ask_and_tell_tries_what_a_function_would) {
  for (const char* scheduler : {"asha", "hyperband", "full"}) {
    Training train;
    Study asked(line(), with(scheduler));
    for (int i = 0; i < 25; ++i) {
      const Trial trial = asked.ask();
      asked.tell(trial, train(trial));
    }
    Training train_again;
    const OptimizeOptions options{
        .strategy = "random", .trials = 30, .seed = 3, .scheduler = scheduler, .fidelity = {"epochs", 1, 9}};
    const StudyResult called = optimize(line(), options, [&](const Trial& trial, TrialProgress&) {
      return Metrics{{"value", train_again(trial)}};
    });
    const std::vector<Trial> trials = asked.trials();
    ASSERT_LE(trials.size(), called.trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      EXPECT_EQ(trials[i].configuration, called.trials[i].configuration) << scheduler << " " << i;
      EXPECT_EQ(trials[i].fidelity, called.trials[i].fidelity) << scheduler << " " << i;
      EXPECT_EQ(trials[i].continues, called.trials[i].continues) << scheduler << " " << i;
      EXPECT_EQ(trials[i].metrics, called.trials[i].metrics) << scheduler << " " << i;
    }
  }
}

TEST(StudyWithAScheduler, asking_says_when_the_scheduler_waits) {
  Study study(line(), with("halving:overlap=1"));
  std::vector<Trial> running;
  while (const auto trial = study.try_ask()) running.push_back(*trial);
  ASSERT_EQ(running.size(), 9U) << "a bracket of 9 at 1 epoch, 3 at 3, 1 at 9";
  EXPECT_TRUE(study.waits());
  EXPECT_EQ(error_of([&] { study.ask(); }),
            "the scheduler waits for trials that are running; tell their results first");
  Training train;
  for (const Trial& trial : running) study.tell(trial, train(trial));
  const Trial next = study.ask();
  EXPECT_FALSE(study.waits());
  EXPECT_TRUE(next.continues);
  EXPECT_EQ(next.fidelity, (Fidelity{{"epochs", 3.0}}));
}

TEST(StudyWithAScheduler, a_trial_that_reports_is_told_to_stop) {
  const auto train = [](const Trial& trial, const std::function<bool(std::int64_t, const Metrics&)>& report) {
    EXPECT_EQ(trial.fidelity, (Fidelity{{"epochs", 9.0}}));
    double loss = 0.0;
    for (int epoch = 1; epoch <= 9; ++epoch) {
      loss = Training::loss_at(trial.configuration, epoch);
      if (!report(epoch, {{"value", loss}})) break;
    }
    return loss;
  };
  Study asked(line(), with("asha-stop"));
  for (int i = 0; i < 15; ++i) {
    const Trial trial = asked.ask();
    asked.tell(trial, train(trial, [&](std::int64_t step, const Metrics& metrics) {
                 return asked.report(trial, step, metrics);
               }));
  }
  Study called(line(), with("asha-stop"));
  called.optimize(
      [&](const Trial& trial, TrialProgress& progress) {
        return Metrics{{"value", train(trial, [&](std::int64_t step, const Metrics& metrics) {
                          return progress.report(step, metrics);
                        })}};
      },
      {.trials = 15});
  const std::vector<Trial> trials = asked.trials();
  const std::vector<Trial> others = called.trials();
  ASSERT_EQ(trials.size(), others.size());
  std::size_t stopped = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].state, others[i].state) << i;
    EXPECT_EQ(trials[i].reason, others[i].reason) << i;
    EXPECT_EQ(trials[i].metrics, others[i].metrics) << i;
    if (trials[i].state != TrialState::kStopped) continue;
    ++stopped;
    EXPECT_EQ(trials[i].reason.rfind("stopped at epoch ", 0), 0U) << trials[i].reason;
  }
  EXPECT_GT(stopped, 3U);
  EXPECT_EQ(asked.best()->state, TrialState::kComplete);
}

TEST(StudyWithAScheduler, a_report_that_is_not_finite_is_told_to_stop) {
  Study study(line(), {.strategy = "random"});
  const Trial trial = study.ask();
  EXPECT_TRUE(study.report(trial, 1, {{"value", 0.5}}));
  EXPECT_FALSE(study.report(trial, 2, {{"value", std::nan("")}}));
  EXPECT_FALSE(study.report(trial, 3, {{"value", 0.25}})) << "once told, it is told again";
  study.tell(trial, std::nan(""));
  EXPECT_EQ(study.trials().front().state, TrialState::kFailed);
  EXPECT_EQ(study.trials().front().reason, "value was NaN at step 2");
}

TEST(StudyWithAScheduler, goes_on_with_its_storage) {
  const TemporaryFolder folder;
  StudyOptions options = with("asha");
  options.storage = folder / "study.db";
  Training train;
  for (int session = 0; session < 6; ++session) {
    Study study(line(), options);
    for (int i = 0; i < 4; ++i) {
      const Trial trial = study.ask();
      study.tell(trial, train(trial));
    }
  }
  Study at_once(line(), with("asha"));
  Training train_again;
  for (int i = 0; i < 24; ++i) {
    const Trial trial = at_once.ask();
    at_once.tell(trial, train_again(trial));
  }
  const std::vector<Trial> trials = Study(line(), options).trials();
  const std::vector<Trial> others = at_once.trials();
  ASSERT_EQ(trials.size(), others.size());
  EXPECT_GT(continued(trials), 4U);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].configuration, others[i].configuration) << i;
    EXPECT_EQ(trials[i].continues, others[i].continues) << i;
  }
  options.scheduler = "hyperband";
  EXPECT_NE(error_of([&] { Study(line(), options); }).find("holds another study: its scheduler or fidelity differs"),
            std::string::npos);
}

TEST(StudyWithAScheduler, a_known_result_is_one_of_the_whole_evaluation) {
  Study study(line(), with("asha"));
  Configuration known;
  known.set("x", 1.5);
  study.add(known, {{"value", 0.5}});
  EXPECT_EQ(study.best()->fidelity, (Fidelity{{"epochs", 9.0}}));
  study.tell(study.ask(), 0.1);
  EXPECT_EQ(study.best()->metrics.at("value"), 0.5) << "what one epoch gives is not compared with it";
}

TEST(StudyWithAScheduler, refuses_what_does_not_go_together) {
  EXPECT_EQ(error_of([] { Study(line(), {.scheduler = "asha"}); }),
            "the scheduler asha has to know what there is to give less of; set StudyOptions::fidelity: {\"epochs\", 1, "
            "27}");
  EXPECT_NE(error_of([] {
              Study(line(), {.scheduler = "asha", .fidelity = {"epochs", 9, 1}});
            }).find("is no range"),
            std::string::npos);
  EXPECT_NE(error_of([] {
              Study(line(), {.scheduler = "ascha", .fidelity = {"epochs", 1, 9}});
            }).find("\"asha\""),
            std::string::npos);
  EXPECT_NE(error_of([] {
              Study(line(), {.repeats = 2, .scheduler = "asha", .fidelity = {"epochs", 1, 9}});
            }).find("do not go together"),
            std::string::npos);
  FullEvaluation another;
  Study study(line(), with("asha"));
  EXPECT_EQ(
      error_of([&] { study.optimize([](const Configuration&) { return 1.0; }, {.trials = 1, .scheduler = &another}); }),
      "the study has the scheduler asha; leave out RunOptions::scheduler");
}

}  // namespace
}  // namespace nascent
