#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "nascent/store/sqlite_store.h"
#include "search/search_fixture.h"
#include "support/temporary_folder.h"

namespace nascent::testing {
namespace {

const Fidelity kLow{{"epochs", 1.0}};

/// Starts configurations at one epoch. When `heat` of them have ended, or no more will come, the better half of these
/// goes on to the full evaluation.
class TwoHeats : public Scheduler {
 public:
  explicit TwoHeats(std::size_t heat) : heat_(heat) {}

  std::string_view name() const override { return "two heats"; }
  bool uses(const Fidelity& fidelity) const override { return fidelity.empty() || fidelity == kLow; }

  Assignment next(std::span<const Trial> running, bool more) override {
    std::size_t low_running = 0;
    std::vector<std::int64_t> taken = continued_;
    for (const Trial& trial : running) {
      if (trial.continues) taken.push_back(*trial.continues);
      if (!trial.continues) ++low_running;
    }
    if (more && ended_.size() + low_running < heat_) return {.fidelity = kLow};
    if (low_running > 0) return {.kind = Assignment::Kind::kWait};
    std::ranges::stable_sort(ended_, {}, [](const Trial& trial) { return trial.metrics.at("loss"); });
    for (std::size_t i = 0; i < ended_.size() / 2; ++i) {
      if (std::ranges::count(taken, ended_[i].number) > 0) continue;
      return {.kind = Assignment::Kind::kContinue,
              .fidelity = {},
              .continues = ended_[i].number,
              .configuration = ended_[i].configuration};
    }
    return {.kind = Assignment::Kind::kNothing};
  }

  void observe(const Trial& trial) override {
    if (trial.continues)
      continued_.push_back(*trial.continues);
    else
      ended_.push_back(trial);
  }

 private:
  std::size_t heat_;
  std::vector<Trial> ended_;
  std::vector<std::int64_t> continued_;
};

void expect_two_heats(const std::vector<Trial>& trials, std::int64_t heat) {
  ASSERT_EQ(std::ssize(trials), heat + heat / 2);
  std::vector<double> losses;
  std::map<std::int64_t, Trial> paused;
  for (const Trial& trial : trials) {
    EXPECT_EQ(trial.state, TrialState::kComplete);
    if (trial.fidelity != kLow) continue;
    losses.push_back(trial.metrics.at("loss"));
    paused.emplace(trial.number, trial);
  }
  ASSERT_EQ(std::ssize(losses), heat);
  std::ranges::sort(losses);
  for (const Trial& trial : trials) {
    if (trial.fidelity == kLow) continue;
    EXPECT_TRUE(trial.fidelity.empty());
    ASSERT_TRUE(trial.continues.has_value());
    EXPECT_EQ(trial.parent, trial.continues);
    EXPECT_EQ(trial.origin, "two heats");
    const Trial& earlier = paused.at(*trial.continues);
    EXPECT_EQ(trial.configuration, earlier.configuration);
    EXPECT_LT(earlier.metrics.at("loss"), losses[static_cast<std::size_t>(heat / 2)]);
    paused.erase(earlier.number);  // none is continued twice
  }
}

TEST(Fidelities, a_paused_configuration_goes_on_as_a_trial_that_continues_it) {
  for (const std::size_t workers : {1, 3}) {
    const auto store = create_memory_store(bowl_study());
    const auto executor = threads(workers, bowl);
    TwoHeats scheduler(6);
    const SearchSummary summary = Session{*store, *executor, {.max_trials = 6}, nullptr, &scheduler}.run();
    expect_two_heats(store->trials(), 6);
    EXPECT_EQ(summary.ended_because, "6 trials are done") << "those that continue do not count";
  }
}

TEST(Fidelities, the_scheduler_is_told_when_no_more_configurations_come) {
  StudyRecord study = bowl_study();
  study.space = SearchSpace().add_int("depth", 1, 2).add_categorical("kind", {{"a"}, {"b"}});
  const auto store = create_memory_store(study);
  const auto executor = threads(2, [](const Json& payload, JobContext&) {
    return loss_result(payload.at("depth").get<double>() + (payload.at("kind") == "a" ? 0.5 : 0.0));
  });
  TwoHeats scheduler(100);
  const SearchSummary summary = Session{*store, *executor, {}, nullptr, &scheduler}.run();
  expect_two_heats(store->trials(), 4);
  EXPECT_EQ(summary.ended_because, "the space is exhausted");
}

TEST(Fidelities, a_search_in_two_sessions_continues_what_the_first_has_paused) {
  for (std::int64_t ends_of_first = 1; ends_of_first < 9; ++ends_of_first) {
    const TemporaryFolder folder;
    create_sqlite_store(folder / "study.db", bowl_study());
    for (const std::int64_t ends : {ends_of_first, std::int64_t{100}}) {
      const auto store = open_sqlite_store(folder / "study.db");
      const auto executor = threads(1, bowl);
      TwoHeats scheduler(6);
      std::int64_t ended = 0;
      OnFinish count([&](const Trial&) { ++ended; });
      Session{*store,  *executor,  {.max_trials = 6, .interrupted = [&] { return ended >= ends; }},
              nullptr, &scheduler, &count}
          .run();
    }
    expect_two_heats(open_sqlite_store(folder / "study.db")->trials(), 6);
  }
}

TEST(Fidelities, a_continuation_that_was_cut_off_is_tried_again_as_one) {
  const auto store = create_memory_store(bowl_study());
  const auto executor = threads(1, bowl);
  Trial low{.number = 0, .configuration = bowl_point(0.5, 2), .fidelity = kLow, .origin = "random"};
  store->create(low);
  low.state = TrialState::kComplete;
  low.metrics = {{"loss", 0.5}};
  store->finish(low);
  store->create({.number = 1, .configuration = low.configuration, .parent = 0, .continues = 0, .origin = "two heats"});
  TwoHeats scheduler(2);
  Session{*store, *executor, {.max_trials = 2}, nullptr, &scheduler}.run();
  const std::vector<Trial> trials = store->trials();
  EXPECT_EQ(trials[1].reason, "interrupted");
  const auto again = std::ranges::find(trials, std::optional<std::int64_t>(1), &Trial::retry_of);
  ASSERT_NE(again, trials.end());
  EXPECT_EQ(again->continues, 0);
  EXPECT_TRUE(again->fidelity.empty());
  EXPECT_EQ(again->configuration, low.configuration);
}

TEST(Fidelities, a_search_sees_and_counts_only_trials_that_its_scheduler_uses) {
  const StudyRecord study = bowl_study();
  const auto store = create_memory_store(study);
  const auto executor = threads(1, bowl);
  FullEvaluation half({{"epochs", 0.5}});
  Session low{*store, *executor, {.max_trials = 3}, nullptr, &half};
  low.run();
  ASSERT_EQ(store->trials().size(), 3U);
  EXPECT_EQ(store->trials().back().fidelity, (Fidelity{{"epochs", 0.5}}));
  const Configuration tried = store->trials().front().configuration;

  // The full search may try the same configuration, and has its own count.
  Session full{*store, *executor, {.max_trials = 2, .first = {tried}}};
  full.run();
  const std::vector<Trial> trials = store->trials();
  ASSERT_EQ(trials.size(), 5U);
  EXPECT_EQ(trials[3].number, 3);
  EXPECT_EQ(trials[3].configuration, tried);
  EXPECT_TRUE(trials[3].fidelity.empty());
  low.run();
  EXPECT_EQ(store->trials().size(), 5U) << "three trials of half an epoch were done already";
}

}  // namespace
}  // namespace nascent::testing
