#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "nascent/core/files.h"
#include "nascent/core/json.h"
#include "paths.h"
#include "support/program.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::children_of;
using testing::kCreditTrain;
using testing::kNascent;
using testing::Program;
using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryFolder;

/// The trials of a run that is going on; empty while there is nothing to read yet.
Json trials_of(const std::string& run) {
  const ProgramResult board = run_program({kNascent, "leaderboard", run, "--json"});
  if (board.exit_code != 0) return Json::array();
  return Json::parse(board.out).at("trials");
}

std::size_t count(const Json& trials, const std::string& state) {
  std::size_t found = 0;
  for (const Json& trial : trials) found += trial.at("state") == state ? 1 : 0;
  return found;
}

/// Waits until a condition holds; false after a minute, which no machine needs.
template <typename Condition>
bool eventually(const Condition& condition) {
  for (int i = 0; i < 600; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

std::vector<std::string> long_fit(const std::string& run) {
  return {kNascent, "fit", kCreditTrain, "--target", "class", "--models", "boosted_trees,linear",
          "--time", "60s", "--workers",  "2",        "--out", run};
}

TEST(Survival, AKilledFitGoesOnWithAllFinishedTrials) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  std::vector<pid_t> workers;
  Json before;
  {
    Program program(long_fit(run));
    ASSERT_TRUE(eventually([&] { return count(trials_of(run), "complete") >= 3; })) << program.err();
    workers = children_of(program.pid());
    program.signal(SIGKILL);
    program.wait();
    before = trials_of(run);
  }
  EXPECT_FALSE(workers.empty());
  EXPECT_TRUE(eventually([&] {
    for (const pid_t worker : workers)
      if (::kill(worker, 0) == 0) return false;
    return true;
  })) << "a worker outlived its coordinator";

  const ProgramResult resumed = run_program({kNascent, "fit", "--resume", run, "--time", "4s", "--json"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  const Json after = trials_of(run);
  EXPECT_GE(after.size(), before.size());
  for (const Json& trial : before) {
    if (trial.at("state") != "complete") continue;
    bool kept = false;
    for (const Json& other : after) {
      if (other.at("trial") != trial.at("trial")) continue;
      kept = other.at("validation") == trial.at("validation") && other.at("state") == "complete";
    }
    EXPECT_TRUE(kept) << trial;
  }
  EXPECT_EQ(count(after, "running"), 0U);
  EXPECT_TRUE(std::filesystem::exists(run + "/model/model.json"));
}

TEST(Survival, AKilledWorkerCostsOneTrial) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  Program program(long_fit(run));
  ASSERT_TRUE(eventually([&] { return count(trials_of(run), "complete") >= 1; })) << program.err();
  ASSERT_EQ(children_of(program.pid()).size(), 2U);
  // A worker that is hit between two trials costs none: again, until one is hit at work.
  ASSERT_TRUE(eventually([&] {
    const std::vector<pid_t> workers = children_of(program.pid());
    if (!workers.empty()) ::kill(workers.front(), SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return count(trials_of(run), "failed") > 0;
  }));
  const std::size_t done = count(trials_of(run), "complete");
  EXPECT_TRUE(eventually([&] { return count(trials_of(run), "complete") > done + 1; })) << "the search did not go on";
  program.signal(SIGINT);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  int killed = 0;
  for (const Json& trial : trials_of(run)) {
    if (trial.at("state") != "failed" || trial.at("reason") == "interrupted") continue;
    EXPECT_NE(trial.at("reason").get<std::string>().find("killed by signal 9"), std::string::npos) << trial;
    ++killed;
  }
  EXPECT_GT(killed, 0);
}

TEST(Survival, CtrlCSavesTheBestSoFar) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  Program program(long_fit(run));
  ASSERT_TRUE(eventually([&] { return count(trials_of(run), "complete") >= 2; })) << program.err();
  program.signal(SIGINT);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Json::parse(read_file(run + "/report.json")).at("search").at("ended_because"), "interrupted");
  const ProgramResult evaluated = run_program({kNascent, "evaluate", run, testing::kCreditTest, "--json"});
  EXPECT_EQ(evaluated.exit_code, 0) << evaluated.err;
}

TEST(Survival, TooLittleTimeStillGivesAModel) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult result =
      run_program({kNascent, "fit", kCreditTrain, "--target", "class", "--time", "0.05s", "--out", run});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const ProgramResult evaluated = run_program({kNascent, "evaluate", run, testing::kCreditTest, "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_GE(Json::parse(evaluated.out).at("metrics").at("accuracy").get<double>(), 0.65);
}

}  // namespace
}  // namespace nascent
