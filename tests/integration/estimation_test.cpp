#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "image_folder.h"
#include "nascent/core/files.h"
#include "nascent/core/json.h"
#include "nascent/store/sqlite_store.h"
#include "paths.h"
#include "support/program.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::fit_images;
using testing::image_data;
using testing::kCreditTrain;
using testing::kNascent;
using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryFolder;

std::vector<Trial> trials_of(const std::string& run) { return open_sqlite_store(run + "/study.db")->trials(); }

std::vector<Trial> continued(const std::vector<Trial>& trials) {
  std::vector<Trial> found;
  std::ranges::copy_if(trials, std::back_inserter(found),
                       [](const Trial& trial) { return trial.continues.has_value(); });
  return found;
}

ProgramResult fit_table(const std::string& run, std::vector<std::string> options) {
  options.insert(options.begin(), {kNascent, "fit", kCreditTrain, "--target", "class", "--models", "linear",
                                   "--workers", "1", "--out", run, "--pilots", "0", "--json"});
  return run_program(options);
}

/// Each trial goes on with one of before, at most once, with the same configuration and more.
void expect_continuations_hold(const std::vector<Trial>& trials, const std::string& axis, double most) {
  const auto amount = [&](const Trial& trial) {
    const auto found = trial.fidelity.find(axis);
    return found == trial.fidelity.end() ? most : found->second;
  };
  std::set<std::int64_t> gone_on_with;
  for (const Trial& trial : continued(trials)) {
    const auto before =
        std::ranges::find_if(trials, [&](const Trial& other) { return other.number == *trial.continues; });
    ASSERT_NE(before, trials.end());
    EXPECT_TRUE(gone_on_with.insert(before->number).second) << before->number;
    EXPECT_EQ(before->configuration, trial.configuration);
    EXPECT_LT(amount(*before), amount(trial));
    EXPECT_EQ(before->state, TrialState::kComplete);
  }
}

TEST(Estimation, OfATableStartsWithAShareOfTheRowsAndGoesOnAfterAnEnd) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult fitted =
      fit_table(run, {"--trials", "9", "--estimation", "asha:reduction=2", "--fidelity", "data=0.25:1"});
  ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
  EXPECT_EQ(trials_of(run).size() - continued(trials_of(run)).size(), 9U);
  EXPECT_FALSE(continued(trials_of(run)).empty());

  const ProgramResult resumed = run_program({kNascent, "fit", "--resume", run, "--trials", "16", "--json"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  const std::vector<Trial> trials = trials_of(run);
  EXPECT_EQ(trials.size() - continued(trials).size(), 16U);
  expect_continuations_hold(trials, "data", 1.0);
  std::set<double> rungs;
  for (const Trial& trial : trials) rungs.insert(trial.fidelity.empty() ? 1.0 : trial.fidelity.at("data"));
  EXPECT_EQ(rungs, (std::set<double>{0.25, 0.5, 1.0}));
  // The ones that were trained on all rows come first, whatever the others reached with less.
  const Json board = Json::parse(run_program({kNascent, "leaderboard", run, "--json"}).out);
  EXPECT_TRUE(board.at("trials").at(0).at("fidelity").empty()) << board.dump(1);
  EXPECT_NE(read_file(run + "/leaderboard.csv").find("go on"), std::string::npos);
}

TEST(Estimation, ByFoldsStopsTheCrossValidationOfWhatIsWorseThanTheBest) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult fitted =
      run_program({kNascent,          "fit",       kCreditTrain, "--target", "class", "--models",
                   "linear",          "--workers", "1",          "--out",    run,     "--strategy",
                   "random",          "--trials",  "15",         "--seed",   "1",     "--estimation",
                   "folds:level=0.2", "--json"});
  ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
  std::size_t stopped = 0;
  for (const Trial& trial : trials_of(run)) {
    if (trial.state == TrialState::kComplete) {
      ASSERT_EQ(trial.reports.size(), 5U);
      EXPECT_TRUE(trial.reports.back().metrics.contains("fold_accuracy"));
      EXPECT_NE(trial.reports.back().metrics.at("fold_accuracy"), trial.reports.back().metrics.at("accuracy"));
      continue;
    }
    ASSERT_EQ(trial.state, TrialState::kStopped) << trial.reason;
    EXPECT_GE(trial.reports.size(), 2U);
    EXPECT_LT(trial.reports.size(), 5U);
    EXPECT_NE(trial.reason.find("of 5: worse than the best by the paired test (p = "), std::string::npos)
        << trial.reason;
    ++stopped;
  }
  EXPECT_GT(stopped, 0U);
  EXPECT_NE(read_file(run + "/leaderboard.csv").find("worse than the best by the paired test"), std::string::npos);
}

TEST(Estimation, OfImagesTrainsOnlyTheRestOfATrialThatGoesOn) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult fitted = fit_images(image_data(folder), run,
                                          {"--trials", "9", "--epochs", "1", "--pilots", "0", "--estimation",
                                           "asha:reduction=2", "--fidelity", "epochs=0.5:2"});
  ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
  const std::vector<Trial> trials = trials_of(run);
  expect_continuations_hold(trials, "epochs", 2.0);
  const std::vector<Trial> further = continued(trials);
  ASSERT_FALSE(further.empty());
  const double rows = Json::parse(fitted.out).at("split").at("training_rows");
  for (const Trial& trial : further) {
    EXPECT_EQ(trial.details.at("from"), *trial.continues);
    EXPECT_NEAR(trial.details.at("samples").get<double>(), rows * trial.fidelity.at("epochs") / 2.0, 64.0);
  }
}

TEST(Estimation, OfImagesByTheirResolutionOrTheSizeOfTheNetworkEndsWithTheWholeNetwork) {
  const TemporaryFolder folder;
  const std::string data = image_data(folder);
  for (const char* axis : {"resolution", "filters", "cells"}) {
    const std::string run = folder / axis;
    const ProgramResult fitted =
        fit_images(data, run,
                   {"--trials", "5", "--epochs", "1", "--trial-epochs", "1", "--space", "cell", "--strategy", "random",
                    "--estimation", "asha:reduction=2", "--fidelity", fmt::format("{}=0.5:1", axis)});
    ASSERT_EQ(fitted.exit_code, 0) << axis << ": " << fitted.err;
    const std::vector<Trial> trials = trials_of(run);
    expect_continuations_hold(trials, axis, 1.0);
    const std::vector<Trial> further = continued(trials);
    ASSERT_FALSE(further.empty()) << axis;
    for (const Trial& trial : further) {
      EXPECT_FALSE(trial.fidelity.contains(axis));
      EXPECT_EQ(trial.details.at("from"), *trial.continues) << trial.details.dump();
      const Json& before = trials[static_cast<std::size_t>(*trial.continues)].details;
      if (axis == std::string("cells"))  // with one cell a stage, the half of them is as much
        EXPECT_LE(before.at("parameters").get<int>(), trial.details.at("parameters").get<int>());
      else
        EXPECT_LT(before.at("multiply_adds").get<int>(), trial.details.at("multiply_adds").get<int>()) << axis;
    }
  }
}

TEST(Estimation, IsCheckedByPilotsFirstAndTheReportSaysWhatCameOut) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult fitted =
      run_program({kNascent, "fit", kCreditTrain, "--target", "class", "--models", "linear", "--workers", "1", "--out",
                   run, "--trials", "8", "--estimation", "asha", "--fidelity", "data=0.2:1", "--json"});
  ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
  const Json estimation = Json::parse(fitted.out).at("estimation");
  EXPECT_EQ(estimation.at("scheduler"), "asha");
  const auto notice = estimation.at("notice").get<std::string>();
  EXPECT_NE(notice.find("pairs of pilots are in the same order"), std::string::npos) << notice;
  EXPECT_NE(fitted.err.find(notice), std::string::npos) << fitted.err;
  const std::vector<Trial> trials = trials_of(run);
  for (std::size_t i = 0; i < 8; i += 2) {
    EXPECT_EQ(trials[i].fidelity, (Fidelity{{"data", 0.2}})) << i;
    EXPECT_TRUE(trials[i + 1].fidelity.empty()) << i;
    EXPECT_EQ(trials[i + 1].continues, trials[i].number);
  }
}

TEST(Estimation, BySharedWeightsScoresCandidatesAndTrainsTheBest) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult fitted = fit_images(
      image_data(folder), run,
      {"--trials", "6", "--epochs", "1", "--space", "cell", "--strategy", "random", "--estimation", "shared"});
  ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
  const std::vector<Trial> trials = trials_of(run);
  std::size_t scored = 0;
  for (const Trial& trial : trials) {
    ASSERT_EQ(trial.state, TrialState::kComplete) << trial.reason;
    if (trial.fidelity.empty()) continue;
    EXPECT_EQ(trial.fidelity, (Fidelity{{"shared_weights", 1.0}}));
    EXPECT_TRUE(trial.details.contains("untrained_parameters"));
    ++scored;
  }
  EXPECT_EQ(scored, 6U);
  EXPECT_GT(trials.size(), 6U) << "the best were not trained";
  EXPECT_TRUE(trials.back().fidelity.empty());
  const Json report = Json::parse(fitted.out);
  EXPECT_GT(report.at("scores").at("validation"), 0.5);

  // The weights are there: a fit that is gone on with does not train them again.
  const auto written = std::filesystem::last_write_time(run + "/supernet/shared_weights.pt");
  const ProgramResult resumed = run_program({kNascent, "fit", "--resume", run, "--trials", "8", "--json"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(std::filesystem::last_write_time(run + "/supernet/shared_weights.pt"), written);
}

TEST(Estimation, ThinsCandidatesBeforeTheirTraining) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult fitted = fit_images(image_data(folder), run,
                                          {"--trials", "20", "--epochs", "1", "--trial-epochs", "0.5", "--space",
                                           "macro", "--strategy", "random", "--thin", "parameters:0.5"});
  ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
  std::size_t left_out = 0;
  for (const Trial& trial : trials_of(run)) {
    const bool final = trial.fidelity.empty();
    EXPECT_EQ(trial.details.contains("score_before_training"), !final) << trial.number;
    if (trial.state != TrialState::kFailed) continue;
    EXPECT_EQ(trial.reason.find("left out before its training: its parameters is "), 0U) << trial.reason;
    EXPECT_GE(trial.number, 8);
    ++left_out;
  }
  EXPECT_GE(left_out, 1U);
}

struct BadEstimation {
  const char* name;
  std::vector<std::string> options;
  const char* words;
};

void PrintTo(const BadEstimation& bad, std::ostream* out) { *out << bad.name; }

class BadEstimationTest : public ::testing::TestWithParam<BadEstimation> {};

TEST_P(BadEstimationTest, GetsOneSentenceAndExitCode2AndLeavesNothing) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult result = fit_table(run, GetParam().options);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find(GetParam().words), std::string::npos) << result.err;
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  EXPECT_FALSE(std::filesystem::exists(run));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadEstimationTest,
    ::testing::Values(BadEstimation{"UnknownScheduler", {"--estimation", "ascha"}, "\"asha\""},
                      BadEstimation{"UnknownOption", {"--estimation", "asha:reduktion=3"}, "reduction"},
                      BadEstimation{"UnknownAxis",
                                    {"--estimation", "asha", "--fidelity", "resolution=0.5:1"},
                                    "here are data, trees"},
                      BadEstimation{"NoRange", {"--estimation", "asha", "--fidelity", "data"}, "not a range"},
                      BadEstimation{"ThinnedTable", {"--thin", "naswot"}, "for images"},
                      BadEstimation{"UnknownScore", {"--thin", "nasbot"}, "naswot"},
                      BadEstimation{"NoScheduler", {"--fidelity", "data=0.1:1"}, "name one"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace nascent
