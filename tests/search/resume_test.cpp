#include <gtest/gtest.h>

#include <atomic>

#include "contract/forwarding_store.h"
#include "nascent/core/error.h"
#include "nascent/store/sqlite_store.h"
#include "search/search_fixture.h"
#include "support/temporary_folder.h"

namespace nascent::testing {
namespace {

/// The trials of a study that was never stopped.
std::vector<std::string> uninterrupted(const StudyRecord& study, std::int64_t trials) {
  const auto store = create_memory_store(study);
  const auto executor = threads(1, bowl);
  Session{*store, *executor, {.max_trials = trials}}.run();
  return configurations_of(*store);
}

class Resume : public ::testing::TestWithParam<std::string> {};

TEST_P(Resume, a_study_in_three_sessions_has_the_trials_of_one) {
  const StudyRecord study = bowl_study(GetParam(), 17);
  const TemporaryFolder folder;
  create_sqlite_store(folder / "study.db", study);
  for (const std::int64_t trials : {9, 23, 40}) {
    const auto store = open_sqlite_store(folder / "study.db");
    const auto executor = threads(1, bowl);
    Session{*store, *executor, {.max_trials = trials}}.run();
  }
  EXPECT_EQ(configurations_of(*open_sqlite_store(folder / "study.db")), uninterrupted(study, 40));
}

TEST_P(Resume, an_interrupt_between_two_trials_changes_nothing) {
  const StudyRecord study = bowl_study(GetParam(), 18);
  const auto store = create_memory_store(study);
  const auto executor = threads(1, bowl);
  int finished = 0;
  OnFinish observer([&](const Trial&) { ++finished; });
  Session session{*store, *executor, {.max_trials = 25}, nullptr, nullptr, &observer};
  session.options.interrupted = [&] { return finished == 11; };
  EXPECT_EQ(session.run().ended_because, "interrupted");
  EXPECT_EQ(store->trials().size(), 11U);
  Session{*store, *executor, {.max_trials = 25}}.run();
  EXPECT_EQ(configurations_of(*store), uninterrupted(study, 25));
}

TEST_P(Resume, the_same_seed_gives_the_same_trials_and_another_one_others) {
  EXPECT_EQ(uninterrupted(bowl_study(GetParam(), 5), 30), uninterrupted(bowl_study(GetParam(), 5), 30));
  EXPECT_NE(uninterrupted(bowl_study(GetParam(), 5), 30), uninterrupted(bowl_study(GetParam(), 6), 30));
}

INSTANTIATE_TEST_SUITE_P(Strategies, Resume, ::testing::Values("random", "tpe"),
                         [](const auto& instance) { return instance.param; });

/// Leaves a running trial in the store, as a session does that is killed.
void die_while_trying(TrialStore& store, const Configuration& configuration,
                      std::optional<std::int64_t> retry_of = {}) {
  Trial trial;
  trial.number = store.size();
  trial.retry_of = retry_of;
  trial.configuration = configuration;
  trial.origin = "random";
  trial.started_seconds = 100.0;
  store.create(trial);
  store.report(trial.number, {1, {{"loss", 0.5}}, 4.0});
}

TEST(ResumeAfterDeath, what_was_running_is_closed_and_its_configuration_tried_again) {
  const StudyRecord study = bowl_study();
  const auto store = create_memory_store(study);
  const auto executor = threads(1, bowl);
  die_while_trying(*store, bowl_point(0.125, 2));
  WatchedStrategy strategy(study);
  Session{*store, *executor, {.max_trials = 3}, &strategy}.run();
  const std::vector<Trial> trials = store->trials();
  ASSERT_EQ(trials.size(), 4U);  // the one that was cut off does not count
  EXPECT_EQ(trials[0].state, TrialState::kFailed);
  EXPECT_EQ(trials[0].reason, "interrupted");
  EXPECT_EQ(trials[0].cost_seconds, 4.0);
  EXPECT_EQ(trials[0].reports.size(), 1U);
  EXPECT_EQ(trials[1].configuration, bowl_point(0.125, 2));
  EXPECT_EQ(trials[1].state, TrialState::kComplete);
  EXPECT_GE(trials[1].started_seconds, 104.0);  // the study's clock goes on
  // The strategy never sees the one that was cut off, in this session and in later ones.
  ASSERT_EQ(strategy.observed.size(), 3U);
  EXPECT_EQ(strategy.observed[0].number, 1);
  WatchedStrategy later(study);
  Session{*store, *executor, {.max_trials = 3}, &later}.run();
  EXPECT_EQ(store->trials().size(), 4U);
  ASSERT_EQ(later.observed.size(), 3U);
  EXPECT_EQ(later.observed[0].number, 1);
}

TEST(ResumeAfterDeath, a_configuration_that_was_cut_off_three_times_counts_as_failed) {
  const StudyRecord study = bowl_study();
  const auto store = create_memory_store(study);
  die_while_trying(*store, bowl_point(0.125, 2));
  for (const std::int64_t earlier : {0, 1}) die_while_trying(*store, bowl_point(0.125, 2), earlier);
  const auto executor = threads(1, bowl);
  WatchedStrategy strategy(study);
  Session{*store, *executor, {.max_trials = 2}, &strategy}.run();
  const std::vector<Trial> trials = store->trials();
  ASSERT_EQ(trials.size(), 4U);
  EXPECT_NE(trials[3].configuration, bowl_point(0.125, 2));
  ASSERT_EQ(strategy.observed.size(), 2U);
  EXPECT_EQ(strategy.observed[0].number, 2);
  EXPECT_EQ(strategy.observed[0].state, TrialState::kFailed);
  EXPECT_EQ(strategy.observed[0].reason, "interrupted 3 times: each program that worked on it ended before it did");
}

TEST(ResumeAfterDeath, trials_are_replayed_in_the_order_in_which_they_ended) {
  const StudyRecord study = bowl_study();
  const auto store = create_memory_store(study);
  std::vector<Trial> trials(3);
  for (std::int64_t number = 0; number < 3; ++number) {
    Trial& trial = trials[static_cast<std::size_t>(number)];
    trial.number = number;
    trial.configuration = bowl_point(0.1 * static_cast<double>(number), 1);
    store->create(trial);
    trial.state = TrialState::kComplete;
    trial.metrics = {{"loss", 1.0}};
  }
  for (const std::size_t number : {1, 2, 0}) store->finish(trials[number]);
  const auto executor = threads(1, bowl);
  WatchedStrategy strategy(study);
  Session{*store, *executor, {.max_trials = 3}, &strategy}.run();
  ASSERT_EQ(strategy.observed.size(), 3U);
  EXPECT_EQ(strategy.observed[0].number, 1);
  EXPECT_EQ(strategy.observed[1].number, 2);
  EXPECT_EQ(strategy.observed[2].number, 0);
}

/// Fails like a full disk from the n-th change on.
class FullDisk : public ForwardingStore {
 public:
  FullDisk(std::unique_ptr<TrialStore> inner, int changes) : inner_(std::move(inner)), left_(changes) {}
  std::optional<std::int64_t> create(const Trial& trial) override {
    take_space();
    return inner_->create(trial);
  }
  bool report(std::int64_t number, const Report& report) override {
    take_space();
    return inner_->report(number, report);
  }
  std::optional<std::int64_t> finish(const Trial& trial) override {
    take_space();
    return inner_->finish(trial);
  }
  void make_space() { left_ = 1'000'000; }

 private:
  TrialStore& inner() const override { return *inner_; }
  void take_space() {
    if (left_-- <= 0) throw SystemError("cannot write the study: No space left on device");
  }
  std::unique_ptr<TrialStore> inner_;
  int left_;
};

class FailingStore : public ::testing::TestWithParam<int> {};

TEST_P(FailingStore, ends_the_search_and_the_study_can_go_on_later) {
  FullDisk store(create_memory_store(bowl_study()), GetParam());
  std::atomic<int> running = 0;
  {
    const auto executor = threads(2, [&running](const Json& payload, JobContext& context) -> Json {
      ++running;
      std::int64_t step = 0;
      while (context.report({++step, {{"loss", 1.0}}, 0.0}) && step < 3) continue;
      --running;
      return bowl(payload, context);
    });
    Session session{store, *executor, {.max_trials = 10}};
    try {
      session.run();
      FAIL() << "the error was swallowed";
    } catch (const SystemError& error) {
      EXPECT_STREQ(error.what(), "cannot write the study: No space left on device");
    }
    EXPECT_EQ(running, 0) << "a job still runs";
  }
  store.make_space();
  const auto executor = threads(2, bowl);
  Session{store, *executor, {.max_trials = 10}}.run();
  int complete = 0;
  for (const Trial& trial : store.trials()) {
    EXPECT_TRUE(is_finished(trial.state));
    if (trial.state == TrialState::kComplete) ++complete;
  }
  EXPECT_EQ(complete, 10);
}

// Fails at the first record, at a report, at an end, somewhere later.
INSTANTIATE_TEST_SUITE_P(Changes, FailingStore, ::testing::Values(0, 1, 2, 3, 5, 8, 13, 21));

}  // namespace
}  // namespace nascent::testing
