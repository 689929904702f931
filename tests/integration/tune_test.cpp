#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "nascent/core/deadline.h"
#include "nascent/core/files.h"
#include "nascent/core/json.h"
#include "paths.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "tune_words.h"

namespace nascent {
namespace {

using testing::kNascent;
using testing::kSquare;
using testing::Program;
using testing::ProgramResult;
using testing::run_program;
using testing::space_in;
using testing::TemporaryFolder;
using testing::tune;
using testing::Words;

Json json_of(const Words& words) {
  const ProgramResult result = run_program(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.exit_code == 0 ? Json::parse(result.out) : Json();
}

Json trials_in(const std::string& study) {
  const ProgramResult board = run_program({kNascent, "leaderboard", study, "--json"});
  if (board.exit_code != 0) return Json::array();
  return Json::parse(board.out).at("trials");
}

std::ptrdiff_t count(const Json& trials, const std::string& state) {
  return std::count_if(trials.begin(), trials.end(), [&](const Json& trial) { return trial.at("state") == state; });
}

/// Waits until a condition holds; false after a minute, which no machine needs.
template <typename Condition>
bool eventually(const Condition& condition) {
  for (int i = 0; i < 1200; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

bool is_gone(pid_t process) {
  if (::kill(process, 0) != 0) return true;
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string stat;
  std::getline(file, stat);
  return stat.empty() || stat.find(") Z") != std::string::npos;
}

std::vector<pid_t> processes_in(const std::filesystem::path& file) {
  std::vector<pid_t> processes;
  if (!std::filesystem::exists(file)) return processes;
  std::istringstream lines(read_file(file));
  for (pid_t process = 0; lines >> process;) processes.push_back(process);
  return processes;
}

TEST(Tune, FindsTheBestAndSaysHowToRunIt) {
  const TemporaryFolder folder;
  const std::string space = space_in(folder);
  const Json result = json_of(tune(space, {"--minimize", "loss", "--trials", "40", "--json"}, kSquare));
  EXPECT_EQ(result.at("ended_because"), "40 trials are done");
  const Json& best = result.at("best");
  const double loss = best.at("metrics").at("loss");
  // Of 40 uniform draws of x, the nearest misses 0.25 by more than 0.2 in 1 of 6,500 studies.
  EXPECT_LT(loss, 0.04);
  const double x = best.at("configuration").at("x");
  EXPECT_NEAR((x - 0.25) * (x - 0.25), loss, 1e-5);

  // The command as a list gives the same result again.
  Words command = best.at("command").get<Words>();
  EXPECT_EQ(command.front(), "sh");
  command.front() = "/bin/sh";
  const ProgramResult again = run_program(command);
  EXPECT_NEAR(std::stod(again.out.substr(5)), loss, 1e-9) << again.out;
}

TEST(Tune, ASeedGivesTheSameTrialsAndResumingNothingNew) {
  const TemporaryFolder folder;
  const std::string space = space_in(folder);
  Json boards[2];
  for (int i = 0; i < 2; ++i) {
    const std::string study = folder / (std::to_string(i) + ".db");
    for (const char* trials : {"4", "7"}) {
      if (i == 1 && std::string(trials) == "4") continue;
      json_of(tune(
          space,
          {"--minimize", "loss", "--trials", trials, "--seed", "3", "--strategy", "random", "--study", study, "--json"},
          kSquare));
    }
    for (const Json& trial : trials_in(study)) boards[i].push_back({trial.at("trial"), trial.at("configuration")});
  }
  EXPECT_EQ(boards[0].size(), 7U);
  EXPECT_EQ(boards[0], boards[1]) << "a study in two parts has the trials of one in a single part";
}

TEST(Tune, ReadsReportsOnTheWay) {
  const TemporaryFolder folder;
  json_of(tune(space_in(folder), {"--maximize", "accuracy", "--trials", "1", "--json"},
               R"(for i in 1 2 3; do echo "{{\"epoch\": $i, \"accuracy\": 0.$i}}"; done)"));
  const Json trial = trials_in(folder / "space.db").at(0);
  EXPECT_EQ(trial.at("reports"), 3);
  EXPECT_EQ(trial.at("metrics").at("accuracy"), 0.3);
}

TEST(Tune, AFailedTrialKeepsItsReasonAndTheEndOfItsOutput) {
  const TemporaryFolder folder;
  const std::string script =
      "if [ $NASCENT_TRIAL = 1 ]; then echo about to fail; echo 'out of paper' >&2; exit 7; fi; echo loss=1";
  const Json result = json_of(tune(space_in(folder), {"--minimize", "loss", "--trials", "3", "--json"}, script));
  EXPECT_EQ(result.at("trials").at("failed"), 1);
  const Json trials = trials_in(folder / "space.db");
  const Json& failed = trials.back();
  EXPECT_EQ(failed.at("trial"), 1);
  EXPECT_EQ(failed.at("reason"), "exit code 7: out of paper");
  const std::string output = failed.at("details").at("output");
  EXPECT_NE(output.find("about to fail\n"), std::string::npos) << output;
  EXPECT_NE(output.find("out of paper\n"), std::string::npos) << output;
}

TEST(Tune, AProgramThatAlwaysFailsIsSaidInOneSentence) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program(
      tune(space_in(folder), {"--minimize", "loss", "--trials", "100", "--quiet"}, "echo no way >&2; exit 1"));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("no trial succeeded; the last: exit code 1: no way"), std::string::npos) << result.err;
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  EXPECT_EQ(trials_in(folder / "space.db").size(), 20U) << "it does not go on for ever";
}

TEST(Tune, ATimeOutKillsAHangingProgramWithItsChildren) {
  const TemporaryFolder folder;
  const std::string file = folder / "processes";
  const std::string script = "if [ $NASCENT_TRIAL = 0 ]; then sleep 1000 & echo $! >> " + file +
                             "; setsid sh -c 'sleep 1000 & echo $! >> " + file + "'; echo $$ >> " + file +
                             "; wait; fi; echo loss=1";
  const Json result =
      json_of(tune(space_in(folder), {"--minimize", "loss", "--trials", "2", "--timeout", "1s", "--json"}, script));
  EXPECT_EQ(result.at("trials").at("failed"), 1);
  EXPECT_EQ(trials_in(folder / "space.db").back().at("reason"), "ran longer than 1.0 s (--timeout)");
  ASSERT_EQ(processes_in(file).size(), 3U);
  for (const pid_t process : processes_in(file)) EXPECT_TRUE(is_gone(process)) << process;
}

TEST(Tune, GoesOnAfterAKillAndLeavesNoProgramRunning) {
  const TemporaryFolder folder;
  const std::string space = space_in(folder);
  const std::string file = folder / "processes";
  const std::string study = folder / "space.db";
  // The fourth trial hangs in the first session, with a child that has left its group.
  const std::string script = "if [ $NASCENT_TRIAL = 3 ] && [ ! -e " + file +
                             " ]; then setsid sh -c 'sleep 1000 & echo $! >> " + file + "'; echo $$ >> " + file +
                             "; sleep 1000; fi; echo loss=$NASCENT_TRIAL";
  const Words words = tune(space, {"--minimize", "loss", "--trials", "6", "--json"}, script);
  {
    Program program(words);
    ASSERT_TRUE(eventually([&] { return processes_in(file).size() == 2; })) << program.err();
    program.signal(SIGKILL);
    program.wait();
  }
  for (const pid_t process : processes_in(file))
    EXPECT_TRUE(eventually([&] { return is_gone(process); })) << "a program outlived the tuner";
  const Json before = trials_in(study);
  EXPECT_EQ(count(before, "complete"), 3);

  const Json result = json_of(words);
  EXPECT_EQ(result.at("trials").at("complete"), 6);
  EXPECT_EQ(result.at("best").at("trial"), 0) << "what was found before the kill is kept";
  std::multiset<std::string> tried;
  for (const Json& trial : trials_in(study)) tried.insert(trial.at("configuration").dump());
  for (const Json& trial : before)
    EXPECT_EQ(tried.count(trial.at("configuration").dump()), trial.at("state") == "complete" ? 1U : 2U)
        << "what was cut off is tried again";
}

TEST(Tune, TwoProcessesShareAStudy) {
  const TemporaryFolder folder;
  const std::string space = space_in(folder);
  const std::string file = folder / "tuners";
  // Between a tuner and its program stands one process: the grandparent of the script is the tuner.
  const std::string script = "awk '{{ print $4 }}' /proc/$PPID/stat >> " + file + "; sleep 0.2; echo loss=$1";
  const Words words = tune(space, {"--minimize", "loss", "--trials", "16", "--json"}, script);
  Program first(words);
  Program second(words);
  const ProgramResult results[] = {first.wait(), second.wait()};
  for (const ProgramResult& result : results) {
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(Json::parse(result.out).at("ended_because"), "16 trials are done");
  }
  const Json trials = trials_in(folder / "space.db");
  EXPECT_EQ(count(trials, "complete"), 16) << "together they make what one was asked for";
  std::set<std::string> points;
  for (const Json& trial : trials) points.insert(trial.at("configuration").dump());
  EXPECT_EQ(points.size(), trials.size()) << "none tries what the other tries";
  const std::vector<pid_t> tuners = processes_in(file);
  EXPECT_EQ(std::set<pid_t>(tuners.begin(), tuners.end()), (std::set<pid_t>{first.pid(), second.pid()}));
}

TEST(Tune, AStudyIsGoneOnWithByTheOtherWhenOneIsKilled) {
  const TemporaryFolder folder;
  const std::string space = space_in(folder);
  const Words words = tune(space, {"--minimize", "loss", "--trials", "20", "--json"}, "sleep 0.1; echo loss=$1");
  Program killed(words);
  Program other(words);
  ASSERT_TRUE(eventually([&] { return count(trials_in(folder / "space.db"), "complete") >= 4; })) << killed.err();
  killed.signal(SIGKILL);
  killed.wait();
  const ProgramResult result = other.wait();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Json::parse(result.out).at("trials").at("complete"), 20) << result.out;
  EXPECT_EQ(count(trials_in(folder / "space.db"), "running"), 0);
}

TEST(Tune, CtrlCStopsWithTheBestSoFar) {
  const TemporaryFolder folder;
  const std::string study = folder / "space.db";
  Program program(tune(space_in(folder), {"--minimize", "loss", "--time", "60s", "--json"}, "echo loss=1; sleep 0.1"));
  ASSERT_TRUE(eventually([&] { return count(trials_in(study), "complete") >= 2; })) << program.err();
  program.signal(SIGINT);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const Json json = Json::parse(result.out);
  EXPECT_EQ(json.at("ended_because"), "interrupted");
  EXPECT_EQ(json.at("best").at("metrics").at("loss"), 1.0);
}

TEST(Tune, TimeEndsThePrograms) {
  const TemporaryFolder folder;
  const std::string file = folder / "processes";
  const Json result =
      json_of(tune(space_in(folder), {"--minimize", "loss", "--time", "1s", "--json"},
                   "echo $$ > " + file + "; trap '' TERM; echo epoch=1 loss=0.5; while :; do sleep 0.1; done"));
  EXPECT_EQ(result.at("ended_because"), "the time is up");
  EXPECT_EQ(result.at("trials").at("stopped"), 1) << "what it had reported counts";
  EXPECT_EQ(result.at("best").at("metrics").at("loss"), 0.5);
  EXPECT_TRUE(is_gone(processes_in(file).at(0)));
}

TEST(Tune, SeveralObjectivesAndBoundsGiveAFront) {
  const TemporaryFolder folder;
  // The best of one objective is the worst of the other; one half of the space misses the bound.
  const Json result = json_of(tune(space_in(folder),
                                   {"--minimize", "loss", "--maximize", "speed", "--where", "size <= 0.5", "--trials",
                                    "30", "--strategy", "random", "--json"},
                                   R"(echo loss=$1 speed=$1 size=$1)"));
  const Json& front = result.at("front");
  EXPECT_GT(front.size(), 5U);
  for (const Json& trial : front) EXPECT_LE(trial.at("metrics").at("size").get<double>(), 0.5);
  EXPECT_EQ(result.at("best"), front.at(0)) << "the first objective is what counts for a single best";
  const Json board = Json::parse(run_program({kNascent, "leaderboard", folder / "space.db", "--json"}).out);
  EXPECT_EQ(board.at("constraints"), Json({"size <= 0.5"}));
  EXPECT_EQ(board.at("objectives").size(), 2U);
  EXPECT_FALSE(board.at("trials").back().at("feasible").get<bool>());
}

TEST(Tune, RepeatsRunTheBestAgainSoThatItIsNotTheLuckiest) {
  const TemporaryFolder folder;
  const std::string space = space_in(folder, "x = { int = [1, 12] }\n");
  // The loss is x, but the first run of 12 is lucky.
  const std::string runs = folder / "runs-";
  const std::string script = "n=0; [ -e " + runs + "$1 ] && n=1; touch " + runs +
                             "$1; if [ $1 = 12 ] && [ $n = 0 ]; then echo loss=0; else echo loss=$1; fi";
  const Json result = json_of(tune(
      space, {"--minimize", "loss", "--trials", "40", "--strategy", "random", "--repeats", "3", "--json"}, script));
  EXPECT_EQ(result.at("best").at("configuration").at("x"), 1) << result.at("best");
  EXPECT_EQ(result.at("best").at("repeats").at("trials").size(), 3U);
  EXPECT_EQ(result.at("best").at("repeats").at("mean"), 1.0);
  EXPECT_LT(result.at("trials").at("total").get<int>(), 36) << "not all are repeated";
}

TEST(Tune, AGridSaysHowManyPointsItHasAndTriesEachOnce) {
  const TemporaryFolder folder;
  const ProgramResult result =
      run_program(tune(space_in(folder, "x = { int = [1, 3] }\ny = { choice = [\"a\", \"b\"] }\n"),
                       {"--minimize", "loss", "--strategy", "grid", "--workers", "2"}, "echo loss=$1"));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find("the grid has 6 points"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("the command does not name y"), std::string::npos) << result.err;
  EXPECT_NE(result.out.find("the space is exhausted"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("NASCENT_y="), std::string::npos) << result.out;
  EXPECT_EQ(trials_in(folder / "space.db").size(), 6U);
}

TEST(Tune, TheBestConfigurationIsWrittenForACommandThatReadsAFile) {
  const TemporaryFolder folder;
  const std::string space = space_in(folder, "x = { int = [1, 5] }\n");
  const Json result =
      json_of({kNascent, "tune", space, "--maximize", "x", "--strategy", "grid", "--json", "--", "cat", "{config}"});
  EXPECT_EQ(result.at("best").at("metrics").at("x"), 5.0);
  const std::string file = folder / "space.best.json";
  EXPECT_EQ(Json::parse(read_file(file)), Json({{"x", 5}}));
  EXPECT_EQ(result.at("best").at("command_line"), "cat " + file);
}

TEST(Tune, TriesTheGivenConfigurationsFirst) {
  const TemporaryFolder folder;
  write_file(folder / "first.json", R"([{"x": 0.25, "shape": "flat"}, {"x": 0.5, "shape": {"bent": {"bend": 0.5}}}])");
  json_of(tune(space_in(folder), {"--minimize", "loss", "--trials", "3", "--first", folder / "first.json", "--json"},
               kSquare));
  const Json trials = trials_in(folder / "space.db");
  EXPECT_EQ(trials.at(0).at("trial"), 0);
  EXPECT_EQ(trials.at(0).at("metrics").at("loss"), 0.0);
  EXPECT_EQ(trials.at(0).at("origin"), "first");
}

TEST(Strategies, AreListedWithTheirOptions) {
  const Json list = json_of({kNascent, "strategies", "--json"});
  const auto tpe = std::find_if(list.begin(), list.end(), [](const Json& entry) { return entry.at("name") == "tpe"; });
  ASSERT_NE(tpe, list.end());
  EXPECT_FALSE(tpe->at("help").get<std::string>().empty());
  const ProgramResult text = run_program({kNascent, "strategies"});
  for (const Json& entry : list) {
    EXPECT_NE(("\n" + text.out).find("\n" + entry.at("name").get<std::string>() + " "), std::string::npos) << entry;
    for (const Json& option : entry.at("options"))
      EXPECT_NE(text.out.find("    " + option.at("name").get<std::string>()), std::string::npos) << option;
  }
  EXPECT_EQ(run_program({kNascent, "strategies", "random"}).out.rfind("random  ", 0), 0U);
  const ProgramResult unknown = run_program({kNascent, "strategies", "randon"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("did you mean \"random\"?"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace nascent
