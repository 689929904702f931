// Several coordinators on one study: real processes on one file, some of them killed.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "nascent/search/study.h"
#include "nascent/store/sqlite_store.h"
#include "search/search_fixture.h"
#include "support/seed.h"
#include "support/temporary_folder.h"

namespace nascent::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kTrials = 300;

Json slow_bowl(const Json& payload, JobContext& context) {
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  return bowl(payload, context);
}

/// Searches until the study is done, and writes down each trial that the store has confirmed as finished.
[[noreturn]] void search_in_this_process(const fs::path& folder) {
  int code = 1;
  try {
    const int log = ::open((folder / "confirmed").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const auto store = open_sqlite_store(folder / "study.db");
    const auto executor = threads(2, slow_bowl);
    OnFinish observer([&](const Trial& trial) {
      const std::string line = std::to_string(trial.number) + "\n";
      if (::write(log, line.data(), line.size()) < 0) ::_exit(2);
    });
    Session{*store, *executor, {.max_trials = kTrials}, nullptr, nullptr, &observer}.run();
    code = 0;
  } catch (const std::exception& error) {
    std::ofstream(folder / "error") << error.what() << std::endl;
  }
  ::_exit(code);
}

pid_t start_process(const fs::path& folder) {
  const pid_t child = ::fork();
  if (child == 0) search_in_this_process(folder);
  return child;
}

TEST(Sharing, processes_that_are_killed_lose_no_finished_trial_and_no_trial_is_there_twice) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  Random random(seed);
  const TemporaryFolder folder;
  create_sqlite_store(folder / "study.db", bowl_study());
  std::vector<pid_t> processes;
  for (int i = 0; i < 3; ++i) processes.push_back(start_process(folder.path()));
  int killed = 0;
  for (int kill = 0; kill < 4; ++kill) {
    std::this_thread::sleep_for(std::chrono::milliseconds(random.integer(10, 60)));
    pid_t& victim = processes[random.below(processes.size())];
    ::kill(victim, SIGKILL);
    int status = 0;
    ::waitpid(victim, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
    victim = start_process(folder.path());
  }
  for (const pid_t process : processes) {
    int status = 0;
    ::waitpid(process, &status, 0);
    std::string error;
    std::getline(std::ifstream(folder / "error"), error);
    EXPECT_EQ(status, 0) << error;
  }
  // What the last one killed was working on, if the others were done before they could look.
  const auto store = open_sqlite_store(folder / "study.db");
  const auto executor = threads(1, bowl);
  EXPECT_EQ((Session{*store, *executor, {.max_trials = kTrials}}.run().ended_because),
            std::to_string(kTrials) + " trials are done");

  const std::vector<Trial> trials = store->trials();
  std::set<std::string> complete;
  std::set<std::int64_t> tried_again;
  std::size_t given_up = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].number, static_cast<std::int64_t>(i));
    EXPECT_TRUE(is_finished(trials[i].state));
    if (trials[i].retry_of) {
      EXPECT_TRUE(tried_again.insert(*trials[i].retry_of).second) << "tried again twice: " << *trials[i].retry_of;
    }
    if (trials[i].state == TrialState::kComplete) {
      EXPECT_TRUE(complete.insert(trials[i].configuration.canonical()).second) << trials[i].number;
    } else {
      // A trial whose process was killed three times in a row, which is rare, counts as failed.
      given_up += was_cut_off(trials[i]) ? 0 : 1;
    }
  }
  EXPECT_EQ(complete.size() + given_up, static_cast<std::size_t>(kTrials));
  EXPECT_LE(given_up, 1U);
  for (const Trial& trial : trials) EXPECT_EQ(tried_again.contains(trial.number), was_cut_off(trial)) << trial.number;
  std::ifstream confirmed(folder / "confirmed");
  std::int64_t number = 0;
  std::set<std::int64_t> seen;
  while (confirmed >> number) {
    EXPECT_TRUE(seen.insert(number).second) << number;
    EXPECT_EQ(trials.at(static_cast<std::size_t>(number)).state, TrialState::kComplete) << number;
  }
  EXPECT_GE(killed, 1) << "the test has tested nothing";
}

std::vector<std::int64_t> numbers_of(const std::vector<Trial>& trials) {
  std::vector<std::int64_t> numbers;
  for (const Trial& trial : trials) numbers.push_back(trial.number);
  return numbers;
}

TEST(Sharing, a_search_learns_from_what_another_has_finished_and_does_not_propose_what_it_tries) {
  const TemporaryFolder folder;
  StudyRecord study = bowl_study();
  study.space = SearchSpace().add_int("depth", 1, 5);
  create_sqlite_store(folder / "study.db", study);
  Study other(study.space,
              {.objectives = {{"loss", false}}, .strategy = "random", .seed = 1, .storage = folder / "study.db"});
  const Trial first = other.ask();
  const Trial held = other.ask();
  other.tell(first, 1.0);

  const auto store = open_sqlite_store(folder / "study.db");
  const auto executor = threads(1, [](const Json& payload, JobContext&) { return loss_result(payload.at("depth")); });
  WatchedStrategy strategy(study);
  bool told = false;
  OnFinish observer([&](const Trial&) {
    if (!std::exchange(told, true)) other.tell(held, 2.0);  // after the first trial of the search
  });
  Session session{*store, *executor, {}, &strategy, nullptr, &observer};
  EXPECT_EQ(session.run().ended_because, "the space is exhausted");
  EXPECT_EQ(numbers_of(strategy.observed), (std::vector<std::int64_t>{0, 2, 1, 3, 4}));
  EXPECT_EQ(strategy.running_seen.front(), (std::vector<std::int64_t>{1}));
  const auto tried = configurations_of(*store);
  EXPECT_EQ(std::set<std::string>(tried.begin(), tried.end()).size(), 5U);
}

TEST(Sharing, trials_that_others_run_count_toward_the_limit) {
  const TemporaryFolder folder;
  const StudyOptions options{
      .objectives = {{"loss", false}}, .strategy = "random", .seed = 1, .storage = folder / "study.db"};
  Study other(bowl_space(), options);
  const Trial held = other.ask();
  Study study(bowl_space(), options);
  const StudyResult result = study.optimize([](const Configuration& c) { return c.number("x"); }, {.trials = 4});
  EXPECT_EQ(result.ended_because, "4 trials are done");
  EXPECT_EQ(result.trials.size(), 4U);
  other.tell(held, 0.5);
  EXPECT_EQ(study.trials().front().state, TrialState::kComplete);
}

TEST(Sharing, what_a_study_asked_for_and_never_told_is_tried_again_once_it_is_gone) {
  const TemporaryFolder folder;
  const StudyOptions options{.strategy = "random", .storage = folder / "study.db"};
  std::optional<Trial> lost;
  {
    Study gone(bowl_space(), options);
    lost = gone.ask();
  }
  Study study(bowl_space(), options);
  const Trial again = study.ask();
  EXPECT_EQ(again.configuration, lost->configuration);
  EXPECT_EQ(again.retry_of, lost->number);
  study.tell(again, 1.0);
  EXPECT_EQ(study.trials().at(0).reason, "interrupted");
  EXPECT_EQ(study.best()->number, again.number);
}

}  // namespace
}  // namespace nascent::testing
