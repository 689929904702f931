#include <gtest/gtest.h>

#include <algorithm>

#include "nascent/core/files.h"
#include "nascent/core/json.h"
#include "paths.h"
#include "support/program.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::kCreditTest;
using testing::kCreditTrain;
using testing::kNascent;
using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryFolder;

/// A short fit that is the same every time: families that need no network, one worker, a number of trials.
ProgramResult short_fit(const std::string& out, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{
      kNascent,   "fit", kCreditTrain, "--target", "class", "--models", "boosted_trees,linear,nearest_neighbours",
      "--trials", "5",   "--workers",  "1",        "--out", out,        "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(arguments);
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(TableFit, FindsAModelBetterThanGuessingAndReportsIt) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult result = short_fit(run, {"--test", kCreditTest});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json report = Json::parse(result.out);  // nothing but JSON on standard output
  EXPECT_EQ(report.at("task").at("kind"), "binary");
  EXPECT_EQ(report.at("data").at("rows"), 800);
  EXPECT_EQ(report.at("split").at("folds"), 5);
  EXPECT_EQ(report.at("trials").at("total"), 5);
  EXPECT_EQ(report.at("trials").at("failed"), 0);
  const Json& scores = report.at("scores");
  EXPECT_NEAR(scores.at("baseline").get<double>(), 0.7, 0.02);
  EXPECT_GT(scores.at("validation").get<double>(), scores.at("baseline").get<double>());
  EXPECT_GT(scores.at("test").at("roc_auc").get<double>(), 0.7);
  for (const char* name : {"study.db", "model/model.json", "leaderboard.csv", "report.json", "logs"})
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(run) / name)) << name;
  EXPECT_EQ(Json::parse(read_file(std::filesystem::path(run) / "report.json")), report);
}

TEST(TableFit, ValidatesAsItIsTold) {
  const TemporaryFolder folder;
  const ProgramResult repeated = short_fit(folder / "repeated", {"--folds", "3", "--repeats", "2", "--ensemble", "1"});
  ASSERT_EQ(repeated.exit_code, 0) << repeated.err;
  const Json report = Json::parse(repeated.out);
  EXPECT_EQ(report.at("split").at("folds"), 3);
  EXPECT_EQ(report.at("split").at("repeats"), 2);
  const Json model = Json::parse(read_file(folder / "repeated/model/model.json"));
  EXPECT_EQ(model.at("members").at(0).at("folders").size(), 6U) << "one model of each fold";
  EXPECT_GT(report.at("scores").at("validation").get<double>(), report.at("scores").at("baseline").get<double>());

  const ProgramResult held_out = short_fit(folder / "held_out", {"--holdout", "0.25"});
  ASSERT_EQ(held_out.exit_code, 0) << held_out.err;
  EXPECT_EQ(Json::parse(held_out.out).at("split").at("validation_rows"), 200);
}

TEST(TableFit, EvaluatingTheSavedModelGivesTheScoresOfTheReport) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult fitted = short_fit(run, {"--test", kCreditTest});
  ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
  const ProgramResult evaluated = run_program({kNascent, "evaluate", run, kCreditTest, "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_EQ(Json::parse(evaluated.out).at("metrics"), Json::parse(fitted.out).at("scores").at("test"));
}

TEST(TableFit, PredictsALineForEachRowWithProbabilities) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  ASSERT_EQ(short_fit(run).exit_code, 0);
  const std::string output = folder / "predictions.csv";
  const ProgramResult result = run_program({kNascent, "predict", run, kCreditTest, "-o", output});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string text = read_file(output);
  EXPECT_EQ(lines_of(text), 201U);
  EXPECT_EQ(text.substr(0, text.find('\n')), "prediction,probability_bad,probability_good");
}

TEST(TableFit, OneSeedGivesTheSameTrialsWithOneWorker) {
  const TemporaryFolder folder;
  std::vector<Json> boards;
  for (const char* name : {"first", "second"}) {
    const std::string run = folder / name;
    const ProgramResult fitted = run_program({kNascent, "fit", kCreditTrain, "--target", "class", "--models", "linear",
                                              "--trials", "14", "--workers", "1", "--seed", "5", "--out", run});
    ASSERT_EQ(fitted.exit_code, 0) << fitted.err;
    const ProgramResult board = run_program({kNascent, "leaderboard", run, "--json"});
    ASSERT_EQ(board.exit_code, 0) << board.err;
    Json trials = Json::parse(board.out).at("trials");
    for (Json& trial : trials) trial.erase("seconds");
    boards.push_back(trials);
  }
  EXPECT_EQ(boards[0], boards[1]);
}

TEST(TableFit, AColumnMissingAtPredictionIsNamed) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  ASSERT_EQ(short_fit(run).exit_code, 0);
  write_file_atomically(folder / "short.csv", "duration,credit_amount\n6,1169\n");
  const ProgramResult result = run_program({kNascent, "predict", run, folder / "short.csv", "-o", folder / "p.csv"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("checking_status"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "p.csv"));
}

TEST(TableFit, ACategoryThatTrainingNeverSawIsPredictedAndMentioned) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  ASSERT_EQ(short_fit(run).exit_code, 0);
  std::string text = read_file(kCreditTest);
  const std::size_t place = text.find("no checking");
  ASSERT_NE(place, std::string::npos);
  text.replace(place, std::string("no checking").size(), "a new status");
  write_file_atomically(folder / "new.csv", text);
  const ProgramResult result = run_program({kNascent, "predict", run, folder / "new.csv", "-o", folder / "p.csv"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(lines_of(read_file(folder / "p.csv")), 201U);
  EXPECT_NE(result.err.find("checking_status"), std::string::npos) << result.err;
}

TEST(TableFit, RegressionIsInferredAndBeatsTheMean) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult result =
      run_program({kNascent, "fit", kCreditTrain, "--target", "credit_amount", "--models", "boosted_trees,linear",
                   "--trials", "4", "--workers", "1", "--out", run, "--json", "--metric", "r2"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json report = Json::parse(result.out);
  EXPECT_EQ(report.at("task").at("kind"), "regression");
  EXPECT_GT(report.at("scores").at("validation").get<double>(), 0.2);
}

}  // namespace
}  // namespace nascent
