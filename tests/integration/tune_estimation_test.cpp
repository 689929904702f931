// `nascent tune` with schedulers: a program that keeps checkpoints is taken on where it was left.
#include <gtest/gtest.h>

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "nascent/core/files.h"
#include "nascent/core/json.h"
#include "nascent/store/sqlite_store.h"
#include "paths.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "tune_words.h"

namespace nascent {
namespace {

using testing::kNascent;
using testing::Program;
using testing::ProgramResult;
using testing::run_program;
using testing::space_in;
using testing::TemporaryFolder;
using testing::Words;

/// Goes from a start by steps to x, and knows how far it is from there. It keeps where it is in checkpoints/TRIAL, goes
/// on from checkpoints/RESUMED, and fails if that is not there or does not stand at the amount that it is told. With
/// HANG_AT, a run of so many epochs never ends.
constexpr const char* kTrainer = R"sh(#!/bin/sh
set -eu
x=$1 epochs=$2 save=$3 resume=${4:-}
cd "$(dirname "$0")"
mkdir -p checkpoints
epoch=0 at=1
if [ -n "$resume" ]; then
  read -r epoch at < "checkpoints/$resume"
  [ "$epoch" = "$NASCENT_CONTINUES_AT" ] || { echo "checkpoint at $epoch" >&2; exit 3; }
  [ "$resume" = "$NASCENT_CONTINUES" ]
fi
echo "$save from $epoch to $epochs seed ${NASCENT_SEED:-none}" >> runs
while [ "$epoch" -lt "$epochs" ]; do
  epoch=$((epoch + 1))
  at=$(awk -v at="$at" -v x="$x" 'BEGIN { print at + 0.2 * (x - at) }')
  loss=$(awk -v at="$at" -v x="$x" 'BEGIN { print (at - 0.25) ^ 2 + (x - 0.25) ^ 2 }')
  echo "epoch=$epoch loss=$loss"
  [ "$epochs" != "${HANG_AT:-}" ] || sleep 1000
done
echo "$epoch $at" > "checkpoints/$save"
)sh";

Words tuned(const TemporaryFolder& folder, const Words& options) {
  write_file(folder / "train.sh", kTrainer);
  Words words{kNascent, "tune", space_in(folder), "--minimize", "loss", "--study", folder / "study.db"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--", "sh", folder / "train.sh", "{x}", "{epochs}", "{trial}", "{continues}"});
  return words;
}

std::vector<Trial> trials_in(const TemporaryFolder& folder) { return open_sqlite_store(folder / "study.db")->trials(); }

std::map<double, int> counts_by_amount(const std::vector<Trial>& trials) {
  std::map<double, int> counts;
  for (const Trial& trial : trials) ++counts[trial.fidelity.at("epochs")];
  return counts;
}

/// Each takes up one of before, none is taken up twice, and the program of each has found its checkpoint.
void expect_continuations_hold(const std::vector<Trial>& trials) {
  std::set<std::int64_t> taken_up;
  for (const Trial& trial : trials) {
    if (trial.state == TrialState::kFailed) continue;
    EXPECT_EQ(trial.state, TrialState::kComplete) << trial.number << ": " << trial.reason;
    if (!trial.continues) continue;
    const Trial& before = trials.at(static_cast<std::size_t>(*trial.continues));
    EXPECT_TRUE(taken_up.insert(before.number).second) << before.number;
    EXPECT_EQ(before.configuration, trial.configuration);
    EXPECT_LT(before.fidelity.at("epochs"), trial.fidelity.at("epochs"));
    EXPECT_EQ(trial.reports.size(),
              static_cast<std::size_t>(trial.fidelity.at("epochs") - before.fidelity.at("epochs")))
        << "it trained only the rest";
  }
}

TEST(TuneEstimation, TakesTheBestOnFromTheirCheckpoints) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program(tuned(
      folder, {"--trials", "12", "--estimation", "asha", "--fidelity", "epochs=1:9", "--workers", "2", "--json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<Trial> trials = trials_in(folder);
  expect_continuations_hold(trials);
  const std::map<double, int> counts = counts_by_amount(trials);
  EXPECT_EQ(counts.at(1.0), 12) << "only new configurations count for --trials";
  EXPECT_GE(counts.at(3.0), 4);
  EXPECT_GE(counts.at(9.0), 1);

  const Json json = Json::parse(result.out);
  EXPECT_EQ(json.at("estimation"), "asha");
  EXPECT_EQ(json.at("trials").at("total"), trials.size());
  EXPECT_EQ(json.at("trials").at("continued"), trials.size() - 12);
  const Json& best = json.at("best");
  EXPECT_EQ(best.at("fidelity"), Json({{"epochs", 9.0}})) << "results of fewer epochs are not compared with it";
  double least = 1e9;
  for (const Trial& trial : trials)
    if (trial.fidelity.at("epochs") == 9.0) least = std::min(least, trial.metrics.at("loss"));
  EXPECT_EQ(best.at("metrics").at("loss"), least);

  // The command alone trains from the start, and comes to the same.
  Words command = best.at("command").get<Words>();
  EXPECT_EQ(command.at(3), "9");
  ASSERT_EQ(command.size(), 5U) << "it takes nothing up: the place and only it is left out";
  command.front() = "/bin/sh";
  const ProgramResult again = run_program(command);
  EXPECT_NE(again.out.find("epoch=9 loss="), std::string::npos) << again.err;
  EXPECT_NEAR(std::stod(again.out.substr(again.out.rfind('=') + 1)), least, 1e-4);
}

TEST(TuneEstimation, PilotsGetTheLeastAndThenAllAndTheirOrderIsTold) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program(
      tuned(folder, {"--trials", "6", "--estimation", "asha", "--fidelity", "epochs=1:9", "--pilots", "3"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<Trial> trials = trials_in(folder);
  expect_continuations_hold(trials);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(trials[i].fidelity.at("epochs"), i % 2 == 0 ? 1.0 : 9.0) << i;
  EXPECT_NE(result.err.find("pairs of pilots are in the same order"), std::string::npos) << result.err;
}

TEST(TuneEstimation, TakesTheRangeOfTheSpacesFileUnlessOneIsGiven) {
  const TemporaryFolder folder;
  const Words words = tuned(folder, {"--trials", "6", "--estimation", "asha", "--quiet"});
  std::ofstream(words[2], std::ios::app) << "[fidelity]\nepochs = [1, 3]\n";
  ASSERT_EQ(run_program(words).exit_code, 0);
  EXPECT_EQ(counts_by_amount(trials_in(folder)).size(), 2U);
  const TemporaryFolder other;
  const Words given = tuned(other, {"--trials", "6", "--estimation", "asha", "--fidelity", "epochs=2:6", "--quiet"});
  std::ofstream(given[2], std::ios::app) << "[fidelity]\nepochs = [1, 3]\n";
  ASSERT_EQ(run_program(given).exit_code, 0);
  for (const auto& [epochs, count] : counts_by_amount(trials_in(other))) EXPECT_TRUE(epochs == 2.0 || epochs == 6.0);
}

TEST(TuneEstimation, AConfigurationKeepsItsSeedWhenItGoesOn) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_program(tuned(folder, {"--trials", "6", "--estimation", "asha:reduction=2", "--fidelity", "epochs=1:4",
                                       "--quiet"}))
                .exit_code,
            0);
  std::map<std::int64_t, std::string> seeds;
  std::istringstream runs(read_file(folder / "runs"));
  for (std::string line; std::getline(runs, line);) seeds[std::stoll(line)] = line.substr(line.rfind(' '));
  std::size_t continued = 0;
  for (const Trial& trial : trials_in(folder)) {
    if (!trial.continues) continue;
    ++continued;
    EXPECT_EQ(seeds.at(trial.number), seeds.at(*trial.continues));
  }
  EXPECT_GT(continued, 2U);
  EXPECT_NE(seeds.at(0), seeds.at(1));
}

/// Runs the study with a program that never ends a trial of 9 epochs, until one of these is under way and has reported:
/// it takes up one that took up another. Then sends the signal. Returns that trial as it was before.
Trial cut_at_the_top(const TemporaryFolder& folder, const Words& words, int signal) {
  Words hanging{"/usr/bin/env", "HANG_AT=9"};
  hanging.insert(hanging.end(), words.begin(), words.end());
  Program program(hanging);
  for (int i = 0; i < 1200; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (!std::filesystem::exists(folder / "study.db")) continue;
    for (const Trial& trial : trials_in(folder)) {
      if (trial.state != TrialState::kRunning || trial.fidelity.at("epochs") != 9.0 || trial.reports.empty()) continue;
      program.signal(signal);
      program.wait();
      return trial;
    }
  }
  ADD_FAILURE() << "no trial came so far";
  return {};
}

TEST(TuneEstimation, GoesOnAfterAKillWithTheSameRungs) {
  const TemporaryFolder folder;
  const Words words = tuned(folder, {"--trials", "14", "--estimation", "asha", "--fidelity", "epochs=1:9", "--json"});
  const Trial cut = cut_at_the_top(folder, words, SIGKILL);

  const ProgramResult result = run_program(words);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::vector<Trial> trials = trials_in(folder);
  const auto again = std::ranges::find(trials, std::optional(cut.number), &Trial::retry_of);
  ASSERT_NE(again, trials.end()) << "what was cut off is tried again";
  EXPECT_EQ(again->continues, cut.continues) << "from the same checkpoint";
  EXPECT_EQ(again->fidelity, cut.fidelity);
  expect_continuations_hold(trials);
  std::erase_if(trials, [](const Trial& trial) { return trial.state == TrialState::kFailed; });
  const std::map<double, int> counts = counts_by_amount(trials);
  EXPECT_EQ(counts.size(), 3U);
  EXPECT_EQ(counts.at(1.0), 14);
  EXPECT_GE(counts.at(3.0), 4);
}

TEST(TuneEstimation, WhatAnInterruptCutOffOnItsWayIsTakenUpAgain) {
  const TemporaryFolder folder;
  const Words words = tuned(folder, {"--trials", "14", "--estimation", "asha", "--fidelity", "epochs=1:9", "--json"});
  const Trial cut = cut_at_the_top(folder, words, SIGINT);
  EXPECT_EQ(trials_in(folder).at(static_cast<std::size_t>(cut.number)).reason, "interrupted");
  const ProgramResult result = run_program(words);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<Trial> trials = trials_in(folder);
  const auto again = std::ranges::find_if(trials, [&](const Trial& trial) {
    return trial.continues == cut.continues && trial.state == TrialState::kComplete;
  });
  ASSERT_NE(again, trials.end());
  EXPECT_EQ(again->fidelity, cut.fidelity);
  EXPECT_EQ(again->configuration, cut.configuration);
}

TEST(TuneEstimation, ASchedulerStopsProgramsByWhatTheyReport) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program(tuned(folder, {"--trials", "12", "--estimation", "asha-stop", "--fidelity",
                                                          "epochs=1:9", "--strategy", "random", "--json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::size_t stopped = 0;
  for (const Trial& trial : trials_in(folder)) {
    EXPECT_EQ(trial.fidelity, (Fidelity{{"epochs", 9.0}}));
    EXPECT_FALSE(trial.continues);
    if (trial.state != TrialState::kStopped) continue;
    ++stopped;
    EXPECT_EQ(trial.reason.rfind("stopped at epoch ", 0), 0U) << trial.reason;
    EXPECT_LT(trial.reports.back().step, 9);
  }
  EXPECT_GT(stopped, 2U);
  const Json json = Json::parse(result.out);
  EXPECT_EQ(json.at("best").at("state"), "complete");
  EXPECT_EQ(json.at("trials").at("stopped"), stopped);
}

TEST(TuneEstimation, TwoProcessesShareTheRungs) {
  const TemporaryFolder folder;
  const Words words = tuned(folder, {"--trials", "18", "--estimation", "asha", "--fidelity", "epochs=1:9", "--json"});
  Program first(words);
  Program second(words);
  for (Program* program : {&first, &second}) {
    const ProgramResult result = program->wait();
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  const std::vector<Trial> trials = trials_in(folder);
  expect_continuations_hold(trials);
  EXPECT_EQ(counts_by_amount(trials).at(1.0), 18);
  EXPECT_GE(counts_by_amount(trials).at(3.0), 6);
}

TEST(TuneEstimation, TheLeaderboardSaysWhyATrialGotNoMore) {
  const TemporaryFolder folder;
  const ProgramResult result =
      run_program(tuned(folder, {"--trials", "6", "--estimation", "asha", "--fidelity", "epochs=1:3", "--seed", "2"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("with 3 epochs"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("6 trials and 2 that continue them"), std::string::npos) << result.out;
  const ProgramResult board = run_program({kNascent, "leaderboard", folder / "study.db", "--json"});
  const Json trials = Json::parse(board.out).at("trials");
  EXPECT_EQ(trials.at(0).at("fidelity"), Json({{"epochs", 3.0}}));
  EXPECT_TRUE(trials.at(0).contains("continues"));
  const std::string reason = trials.back().at("reason");
  EXPECT_EQ(reason, "ended at 1 of 3 epochs: 6th of 6 there, the best 2 go on");
}

TEST(TuneEstimation, AStudyKeepsItsSchedulerAndRange) {
  const TemporaryFolder folder;
  const Words good{"--trials", "1", "--estimation", "asha", "--fidelity", "epochs=1:9", "--quiet"};
  ASSERT_EQ(run_program(tuned(folder, good)).exit_code, 0);
  for (const Words& other : {Words{"--trials", "1", "--estimation", "hyperband", "--fidelity", "epochs=1:9"},
                             Words{"--trials", "1", "--estimation", "asha", "--fidelity", "epochs=1:27"}}) {
    const ProgramResult result = run_program(tuned(folder, other));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_NE(result.err.find("holds another study: it has --estimation asha --fidelity epochs=1:9"), std::string::npos)
        << result.err;
  }
}

struct BadEstimation {
  const char* name;
  Words options;
  std::vector<std::string> says;
  Words command = {"true", "{x}"};
  std::string space = testing::kSpace;
};

void PrintTo(const BadEstimation& bad, std::ostream* out) { *out << bad.name; }

const std::vector<BadEstimation> kBad = {
    {"FidelityWithoutAScheduler", {"--fidelity", "epochs=1:9"}, {"--fidelity", "--estimation asha"}},
    {"SchedulerWithoutFidelity", {"--estimation", "asha"}, {"--estimation asha", "--fidelity epochs=1:50"}},
    {"StopsWithoutFidelity", {"--estimation", "median"}, {"--estimation median", "--fidelity epochs=1:50"}},
    {"UnknownScheduler", {"--estimation", "ascha", "--fidelity", "epochs=1:9"}, {"\"ascha\"", "\"asha\""}},
    {"UnknownOption", {"--estimation", "asha:reduktion=2", "--fidelity", "epochs=1:9"}, {"reduktion", "reduction"}},
    {"NoRange", {"--estimation", "asha", "--fidelity", "epochs"}, {"--fidelity: epochs is not a range", "epochs=1:50"}},
    {"RangeWithoutAnEnd", {"--estimation", "asha", "--fidelity", "epochs=1:inf"}, {"epochs=1:inf is not a range"}},
    {"RangeUpsideDown", {"--estimation", "asha", "--fidelity", "epochs=9:1"}, {"epochs=9:1 is not a range"}},
    {"LeastAboveTheMost",
     {"--estimation", "asha:least=20", "--fidelity", "epochs=1:9"},
     {"least amount, 20 epochs", "9"}},
    {"AxisIsAParameter",
     {"--estimation", "asha", "--fidelity", "x=1:9"},
     {"\"x\" is a parameter of the space", "take x out"}},
    {"AxisIsTaken", {"--estimation", "asha", "--fidelity", "trial=1:9"}, {"\"trial\" is taken"}},
    {"AxisThatNoReportCounts",
     {"--estimation", "median", "--fidelity", "rows=100:900"},
     {"median", "\"rows\"", "epochs, steps"}},
    {"PlaceWithoutFidelity", {}, {"{epochs}", "no parameter of the space"}, {"true", "{x}", "{epochs}"}},
    {"ContinuesWithoutFidelity", {}, {"{continues}", "no parameter of the space"}, {"true", "{continues}"}},
    {"Repeats", {"--estimation", "asha", "--fidelity", "epochs=1:9", "--repeats", "3"}, {"--repeats", "--estimation"}},
    {"CurveWithTwoObjectives",
     {"--estimation", "curve", "--fidelity", "epochs=1:9", "--minimize", "size"},
     {"\"curve\"", "asha"}},
};

class BadTuneEstimation : public ::testing::TestWithParam<BadEstimation> {};

TEST_P(BadTuneEstimation, GetsOneSentenceAndExitCode2AndMakesNoStudy) {
  const TemporaryFolder folder;
  const BadEstimation& bad = GetParam();
  Words words{kNascent, "tune", space_in(folder, bad.space), "--minimize", "loss", "--trials", "3"};
  words.insert(words.end(), bad.options.begin(), bad.options.end());
  words.emplace_back("--");
  words.insert(words.end(), bad.command.begin(), bad.command.end());
  const ProgramResult result = run_program(words);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  for (const std::string& part : bad.says)
    EXPECT_NE(result.err.find(part), std::string::npos) << "missing \"" << part << "\" in: " << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "space.db"));
}

INSTANTIATE_TEST_SUITE_P(All, BadTuneEstimation, ::testing::ValuesIn(kBad),
                         [](const auto& test) { return test.param.name; });

TEST(Schedulers, AreListedWithTheirOptions) {
  const Json list = Json::parse(run_program({kNascent, "schedulers", "--json"}).out);
  const ProgramResult text = run_program({kNascent, "schedulers"});
  bool asha = false;
  for (const Json& entry : list) {
    asha = asha || entry.at("name") == "asha";
    EXPECT_NE(("\n" + text.out).find("\n" + entry.at("name").get<std::string>() + " "), std::string::npos) << entry;
    for (const Json& option : entry.at("options"))
      EXPECT_NE(text.out.find("    " + option.at("name").get<std::string>()), std::string::npos) << option;
  }
  EXPECT_TRUE(asha);
  EXPECT_EQ(run_program({kNascent, "schedulers", "median"}).out.rfind("median  ", 0), 0U);
  const ProgramResult unknown = run_program({kNascent, "schedulers", "media"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("did you mean \"median\"?"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace nascent
