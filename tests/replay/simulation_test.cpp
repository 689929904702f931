#include <gtest/gtest.h>

#include <deque>
#include <numeric>

#include "nascent/core/error.h"
#include "nascent/replay/replay.h"
#include "nascent/replay/replay_scheduler.h"
#include "replay/written_table.h"

namespace nascent {
namespace {

using testing::curve_options;
using testing::curve_table;
using testing::table_of;

using Numbers = std::vector<double>;

/// The order of the file.
constexpr const char* kInOrder = "grid:shuffled=0";

RecordedTable four_curves() { return table_of(curve_table(), curve_options()); }

/// Starts at a fidelity, stops as told, then continues trials as told; keeps what it saw.
struct Script {
  Fidelity start = {};
  std::function<bool(const Trial&)> stops = [](const Trial&) { return false; };
  std::deque<std::pair<std::int64_t, Fidelity>> then = {};  ///< trial to continue, up to
  std::vector<Trial>* seen = nullptr;
};

class Scripted : public Scheduler {
 public:
  explicit Scripted(Script script) : script_(std::move(script)) {}
  std::string_view name() const override { return "scripted"; }

  Assignment next(std::span<const Trial> running, bool more) override {
    if (more) return {.fidelity = script_.start};
    if (!running.empty()) return {.kind = Assignment::Kind::kWait};
    if (script_.then.empty()) return {.kind = Assignment::Kind::kNothing};
    const auto [continues, fidelity] = script_.then.front();
    script_.then.pop_front();
    return {.kind = Assignment::Kind::kContinue,
            .fidelity = fidelity,
            .continues = continues,
            .configuration = configurations_[static_cast<std::size_t>(continues)]};
  }
  Decision decide(const Trial& trial) override {
    return {.kind = script_.stops(trial) ? Decision::Kind::kStop : Decision::Kind::kContinue, .reason = "so it is"};
  }
  void observe(const Trial& trial) override {
    configurations_.resize(std::max(configurations_.size(), static_cast<std::size_t>(trial.number) + 1));
    configurations_[static_cast<std::size_t>(trial.number)] = trial.configuration;
    if (script_.seen != nullptr) script_.seen->push_back(trial);
  }

 private:
  Script script_;
  std::vector<Configuration> configurations_;
};

SchedulerOf scripted(Script script) {
  return [script = std::move(script)](std::uint64_t) { return std::make_unique<Scripted>(script); };
}

double value_of(const Report& report) { return report.metrics.at("value"); }

TEST(Simulation, TrainsEverythingFully) {
  const RecordedTable table = four_curves();
  const ReplayedRun run = replay(table, {.strategy = kInOrder}, 1);
  EXPECT_EQ(run.seconds, (Numbers{4, 12, 16, 28}));
  EXPECT_EQ(run.best, (Numbers{2, 1, 1, 1}));
  EXPECT_EQ(run.found_at, 2);
  EXPECT_EQ(run.busy_seconds, 28.0);
  EXPECT_EQ(run.full_seconds, 28.0);
  EXPECT_EQ(run.end_seconds, 28.0);
  EXPECT_EQ(run.idle_share, 0.0);
  EXPECT_EQ(run.best_started, 1.0);
  EXPECT_EQ(run.configurations, 4);
  EXPECT_EQ(run.stopped + run.paused + run.promoted + run.failed, 0);
}

TEST(Simulation, WorkersWithoutWorkAreIdle) {
  // a 0-4, b 0-8, c 4-8, d 8-20: of the 40 seconds of two workers 12 are idle. At 8, b ends first: it started first.
  const ReplayedRun run = replay(four_curves(), {.strategy = kInOrder, .workers = 2}, 1);
  EXPECT_EQ(run.seconds, (Numbers{4, 8, 8, 20}));
  EXPECT_EQ(run.best, (Numbers{2, 1, 1, 1}));
  EXPECT_EQ(run.busy_seconds, 28.0);
  EXPECT_DOUBLE_EQ(run.idle_share, 0.3);
}

TEST(Simulation, AContinuedTrialPaysTheRestOnly) {
  // One epoch each: 1, 3, 4, 7 seconds; the best are c (5) and d (7), which pay 3 and 9 seconds more.
  const RecordedTable table = four_curves();
  const ReplayedRun run =
      replay(table, {.strategy = kInOrder, .scheduler = replay_scheduler("top:after=1,k=2", table)}, 1);
  EXPECT_EQ(run.seconds, (Numbers{1, 3, 4, 7, 10, 19}));
  // What the incumbent is worth fully: a (8), a, c (5), c; then c, the only one at four epochs, and d.
  EXPECT_EQ(run.best, (Numbers{2, 2, 5, 5, 5, 4}));
  EXPECT_EQ(run.busy_seconds, 19.0);
  EXPECT_EQ(run.full_seconds, 28.0);
  EXPECT_EQ(run.configurations, 4);
  EXPECT_EQ(run.paused, 4);
  EXPECT_EQ(run.promoted, 2);
  EXPECT_FALSE(run.found_at.has_value());  // b was seen for one epoch only
}

TEST(Simulation, SeparateTrainingsArePaidInFull) {
  RecordedTableOptions options = curve_options();
  options.separate = true;
  const RecordedTable table = table_of(curve_table(), options);
  std::vector<Trial> seen;
  const ReplayedRun run = replay(
      table, {.strategy = kInOrder, .scheduler = scripted({.start = {{"epoch", 2}}, .then = {{1, {}}}, .seen = &seen})},
      1);
  EXPECT_EQ(run.seconds, (Numbers{2, 6, 8, 14, 22}));
  ASSERT_EQ(seen.back().reports.size(), 1U);  // nothing of the shorter training
  EXPECT_EQ(seen.back().reports[0].step, 4);
  EXPECT_EQ(seen.front().reports.size(), 1U);
}

TEST(Simulation, AContinuedTrialReportsWhatIsNew) {
  std::vector<Trial> seen;
  replay(four_curves(),
         {.strategy = kInOrder,
          .scheduler = scripted({.start = {{"epoch", 1}}, .then = {{1, {{"epoch", 3}}}, {4, {}}}, .seen = &seen})},
         1);
  ASSERT_EQ(seen.size(), 6U);
  const Trial& middle = seen[4];
  EXPECT_EQ(middle.continues, 1);
  EXPECT_EQ(middle.configuration, seen[1].configuration);
  ASSERT_EQ(middle.reports.size(), 2U);
  EXPECT_EQ(middle.reports[0].step, 2);
  EXPECT_EQ(middle.reports[0].cost_seconds, 2.0);
  EXPECT_EQ(middle.reports[1].cost_seconds, 4.0);
  EXPECT_EQ(value_of(middle.reports[1]), 3.0);
  EXPECT_EQ(middle.metrics.at("value"), 3.0);
  EXPECT_EQ(middle.state, TrialState::kComplete);
  const Trial& last = seen[5];
  ASSERT_EQ(last.reports.size(), 1U);
  EXPECT_EQ(last.reports[0].step, 4);
  EXPECT_EQ(last.cost_seconds, 2.0);
  EXPECT_EQ(last.started_seconds, 11.0);  // 7 for one epoch of all, 4 for two of b
}

TEST(Simulation, ASchedulerCanStopEverything) {
  const ReplayedRun run = replay(
      four_curves(), {.strategy = kInOrder, .scheduler = scripted({.stops = [](const Trial&) { return true; }})}, 1);
  EXPECT_EQ(run.seconds, (Numbers{1, 3, 4, 7}));
  EXPECT_EQ(run.stopped, 4);
  EXPECT_EQ(run.busy_seconds, 7.0);
  EXPECT_EQ(run.best, (Numbers{2, 2, 5, 5}));  // of stopped trials only, the best is the incumbent
}

TEST(Simulation, AStoppedTrialIsNoMatchForACompleteOne) {
  // c (5 at once) is stopped, a ends at 2, b would be better but is stopped at its 5.
  const auto stops = [](const Trial& trial) {
    return trial.number != 0 && trial.reports.back().metrics.at("value") == 5.0;
  };
  const ReplayedRun run = replay(four_curves(), {.strategy = kInOrder, .scheduler = scripted({.stops = stops})}, 1);
  EXPECT_EQ(run.seconds, (Numbers{4, 8, 9, 18}));  // b after 2 epochs, c after 1, d after 3
  EXPECT_EQ(run.best, (Numbers{2, 2, 2, 2}));
}

TEST(Simulation, AStoppedTrialCanBeContinuedWhereItWasStopped) {
  const auto stops = [](const Trial& trial) { return !trial.continues && trial.reports.back().step == 3; };
  const ReplayedRun run =
      replay(four_curves(), {.strategy = kInOrder, .scheduler = scripted({.stops = stops, .then = {{1, {}}}})}, 1);
  EXPECT_EQ(run.seconds, (Numbers{3, 9, 12, 21, 23}));
  EXPECT_EQ(run.best.back(), 1.0);
}

TEST(Simulation, AFidelityBetweenTwoStepsHasTheValueOfTheLower) {
  std::vector<Trial> seen;
  const ReplayedRun run = replay(
      four_curves(), {.strategy = kInOrder, .scheduler = scripted({.start = {{"epoch", 2.5}}, .seen = &seen})}, 1);
  EXPECT_EQ(run.seconds, (Numbers{2.5, 7.5, 10, 17.5}));
  EXPECT_EQ(seen[1].metrics.at("value"), 5.0);
  EXPECT_EQ(seen[1].reports.size(), 2U);
}

TEST(Simulation, EndsAtItsTime) {
  const ReplayedRun run = replay(four_curves(), {.strategy = kInOrder, .workers = 2, .seconds = 7}, 1);
  EXPECT_EQ(run.seconds, (Numbers{4}));
  EXPECT_EQ(run.end_seconds, 7.0);
  EXPECT_EQ(run.busy_seconds, 14.0);  // what is under way has been paid
  EXPECT_EQ(run.idle_share, 0.0);
  const ReplayedRun one = replay(four_curves(), {.strategy = kInOrder, .trials = 1}, 1);
  EXPECT_EQ(one.best_started, 2.0);
}

TEST(Simulation, EndsWhenTheRegretIsReached) {
  const RecordedTable table = four_curves();
  const ReplayedRun one = replay(table, {.strategy = kInOrder, .until_regret = 1.0}, 1);
  EXPECT_EQ(one.reached_seconds, 4.0);
  EXPECT_EQ(one.seconds, (Numbers{4}));
  const ReplayedRun none = replay(table, {.strategy = kInOrder, .until_regret = 0.0}, 1);
  EXPECT_EQ(none.reached_seconds, 12.0);
  const ReplayedRun never = replay(
      table, {.strategy = kInOrder, .scheduler = replay_scheduler("top:after=1,k=1", table), .until_regret = 0.0}, 1);
  EXPECT_FALSE(never.reached_seconds.has_value());
  const ReplayedRun unknown =
      replay(table, {.strategy = kInOrder, .scheduler = scripted({.start = {{"epoch", 3}}}), .until_regret = 4.0}, 1);
  EXPECT_FALSE(unknown.reached_seconds.has_value());  // nobody knows how good what was picked is
}

TEST(Simulation, ATrainingThatTheTableDoesNotRecordToItsEndFails) {
  const RecordedTable table = table_of(
      "c,epoch,y,t\na,1,9,1\na,2,1,2\nb,1,8,1\nb,2,nan,2\nb,3,nan,3\nd,1,9,1\nd,2,8,2\nd,3,7,3\n", curve_options());
  std::vector<Trial> seen;
  const ReplayedRun run = replay(table, {.strategy = kInOrder, .scheduler = scripted({.seen = &seen})}, 1);
  EXPECT_EQ(run.failed, 2);
  EXPECT_EQ(run.seconds, (Numbers{2, 4, 7}));
  EXPECT_EQ(run.best, (Numbers{7, 7, 7}));  // the worst of the table, until d ends
  EXPECT_EQ(seen[0].state, TrialState::kFailed);
  EXPECT_TRUE(seen[0].metrics.empty());
  // Up to two epochs a is good; picked for that, it is worth the worst.
  const ReplayedRun two = replay(table, {.strategy = kInOrder, .scheduler = scripted({.start = {{"epoch", 2}}})}, 1);
  EXPECT_EQ(two.failed, 1);
  EXPECT_EQ(two.best, (Numbers{7, 7, 7}));
}

TEST(Simulation, AContinuedTrialSeesTheSameNoise) {
  RecordedTableOptions options = curve_options();
  options.objectives = {"y", "z"};
  std::string text = "c,epoch,y,z,t\n";
  for (int curve = 0; curve < 20; ++curve)
    for (int epoch = 1; epoch <= 2; ++epoch)
      text += std::to_string(curve) + "," + std::to_string(epoch) + ",1,101," + std::to_string(epoch) + "\n";
  const RecordedTable table = table_of(text, options);
  std::vector<Trial> seen;
  std::deque<std::pair<std::int64_t, Fidelity>> then;
  for (std::int64_t i = 0; i < 20; ++i) then.emplace_back(i, Fidelity{});
  replay(table, {.scheduler = scripted({.start = {{"epoch", 1}}, .then = then, .seen = &seen})}, 3);
  ASSERT_EQ(seen.size(), 40U);
  double sum = 0.0;
  for (const Trial& trial : seen) {
    sum += trial.metrics.at("value");
    if (!trial.continues) continue;
    EXPECT_EQ(trial.metrics, seen[static_cast<std::size_t>(*trial.continues)].metrics);
  }
  EXPECT_GT(sum, 40.0);  // both columns were drawn: all 20 draws alike once in half a million
  EXPECT_LT(sum, 40.0 * 101.0);
}

TEST(Simulation, DoesNotDependOnTheNumberOfThreads) {
  const RecordedTable table = four_curves();
  const ReplayOptions options{.scheduler = replay_scheduler("top:after=2,k=1", table), .workers = 2};
  const std::vector<ReplayedRun> one = replay_repeatedly(table, options, 1, 9, 1);
  const std::vector<ReplayedRun> four = replay_repeatedly(table, options, 1, 9, 4);
  ASSERT_EQ(one.size(), 9U);
  bool differ = false;
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].best, four[i].best);
    EXPECT_EQ(one[i].seconds, four[i].seconds);
    EXPECT_EQ(one[i].idle_share, four[i].idle_share);
    differ = differ || one[i].seconds != one[0].seconds;
  }
  EXPECT_TRUE(differ);  // other seeds, other orders: all nine alike once in 24^8
}

/// Breaks the contract in one way.
class Broken : public Scheduler {
 public:
  explicit Broken(Assignment assignment) : assignment_(std::move(assignment)) {}
  std::string_view name() const override { return "broken"; }
  Assignment next(std::span<const Trial>, bool) override { return assignment_; }

 private:
  Assignment assignment_;
};

TEST(Simulation, ASchedulerThatBreaksItsContractIsSaid) {
  const RecordedTable table = four_curves();
  for (const Assignment& assignment :
       {Assignment{.kind = Assignment::Kind::kWait}, Assignment{.kind = Assignment::Kind::kContinue, .continues = 7},
        Assignment{.kind = Assignment::Kind::kStart}}) {
    const SchedulerOf broken = [&](std::uint64_t) { return std::make_unique<Broken>(assignment); };
    EXPECT_THROW(replay(table, {.scheduler = broken}, 1), InternalError);
  }
}

}  // namespace
}  // namespace nascent
