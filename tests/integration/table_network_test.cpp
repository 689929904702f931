// Networks for tables that are designed by search, through the programs.
#include <gtest/gtest.h>

#include <algorithm>

#include "nascent/core/files.h"
#include "nascent/core/json.h"
#include "nascent/store/sqlite_store.h"
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

constexpr std::int64_t kParameters = 3000;
constexpr std::int64_t kMultiplyAdds = 2800;

ProgramResult fit(const std::string& run, const std::vector<std::string>& more) {
  std::vector<std::string> command{kNascent, "fit",       kCreditTrain, "--target", "class", "--trials",
                                   "2",      "--workers", "1",          "--out",    run,     "--json"};
  command.insert(command.end(), more.begin(), more.end());
  return run_program(command);
}

/// A space of its own, small enough for a test.
std::string small_space(const TemporaryFolder& folder) {
  write_file(folder / "small.toml",
             "[network]\nkind = \"macro\"\nlayers = 2\nunits = [8, 48]\nactivations = [\"relu\"]\n");
  return folder / "small.toml";
}

TEST(TableNetworks, AreDesignedWithinTheirLimitsAndUsedLikeAnyModel) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult result = fit(run, {"--space", "macro", "--max-parameters", std::to_string(kParameters),
                                         "--max-multiply-adds", std::to_string(kMultiplyAdds), "--test", kCreditTest});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json report = Json::parse(result.out);
  EXPECT_EQ(report.at("space").at("kind"), "macro");
  EXPECT_EQ(report.at("space").at("limits").at("parameters"), kParameters);
  EXPECT_EQ(report.at("split").at("folds"), 5);
  EXPECT_FALSE(report.at("best").at("network").at("summary").get<std::string>().empty());
  EXPECT_GT(report.at("scores").at("test").at("roc_auc").get<double>(), 0.65);
  EXPECT_TRUE(std::filesystem::exists(run + "/network.svg"));

  const ProgramResult resumed = run_program({kNascent, "fit", "--resume", run, "--trials", "4", "--json"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  const std::vector<Trial> trials = open_sqlite_store(run + "/study.db")->trials();
  ASSERT_EQ(trials.size(), 4U);
  for (const Trial& trial : trials) {
    ASSERT_EQ(trial.state, TrialState::kComplete) << trial.number << ": " << trial.reason;
    EXPECT_EQ(trial.configuration.choice("model"), "dense_network");
    EXPECT_LE(trial.details.at("parameters").get<std::int64_t>(), kParameters) << trial.number;
    EXPECT_LE(trial.details.at("multiply_adds").get<std::int64_t>(), kMultiplyAdds) << trial.number;
  }

  const ProgramResult evaluated = run_program({kNascent, "evaluate", run, kCreditTest, "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_EQ(Json::parse(evaluated.out).at("metrics"), Json::parse(resumed.out).at("scores").at("test"));
  const ProgramResult predicted = run_program({kNascent, "predict", run, kCreditTest, "-o", folder / "p.csv"});
  ASSERT_EQ(predicted.exit_code, 0) << predicted.err;
  const std::string predictions = read_file(folder / "p.csv");
  EXPECT_EQ(std::count(predictions.begin(), predictions.end(), '\n'), 201);
  const ProgramResult board = run_program({kNascent, "leaderboard", run, "--json"});
  ASSERT_EQ(board.exit_code, 0) << board.err;
  EXPECT_EQ(Json::parse(board.out).at("trials").size(), 4U);
  const ProgramResult exported = run_program({kNascent, "export", run, folder / "model.onnx"});
  EXPECT_EQ(exported.exit_code, 2);
  EXPECT_NE(exported.err.find("is for tables"), std::string::npos) << exported.err;
}

TEST(TableNetworks, OfAFileLearnNumbersAndStrategiesOfEveryKindSearchThem) {
  const TemporaryFolder folder;
  const std::string space = small_space(folder);
  for (const char* strategy : {"evolution:population=3", "tpe", "gp", "reinforce"}) {
    const std::string run = folder / strategy;
    const ProgramResult result = run_program(
        {kNascent,   "fit",        kCreditTest, "--target", "credit_amount", "--space", space,       "--strategy",
         strategy,   "--no-first", "--time",    "4s",       "--trials",      "4",       "--workers", "1",
         "--metric", "r2",         "--out",     run,        "--json"});
    ASSERT_EQ(result.exit_code, 0) << strategy << ": " << result.err;
    EXPECT_GT(Json::parse(result.out).at("trials").at("complete").get<int>(), 0) << strategy;
    for (const Trial& trial : open_sqlite_store(run + "/study.db")->trials())
      EXPECT_LE(trial.configuration.branch("model").elements("layers").size(), 2U) << strategy;
  }
}

TEST(TableNetworks, BadInputEndsBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  write_file(folder / "trained.toml", "[network]\nkind = \"macro\"\n[training]\nmixup = 0.1\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--space", "cell"}, "choose \"macro\" for tables"},
      {{"--space", "nasnet"}, "choose \"macro\" for tables"},
      {{"--space", "marco"}, "macro"},
      {{"--max-parameters", "5k"}, "--space macro"},
      {{"--space", "macro", "--max-parameters", "5"}, "limit of 5 parameters"},
      {{"--space", "macro", "--max-latency", "1ms"}, "latency"},
      {{"--space", "macro", "--models", "linear"}, "--models"},
      {{"--space", folder / "trained.toml"}, "[training]"},
  };
  for (const auto& [options, named] : cases) {
    const std::string run = folder / "run";
    const ProgramResult result = fit(run, options);
    EXPECT_EQ(result.exit_code, 2) << options.back();
    EXPECT_NE(result.err.find(named), std::string::npos) << options.back() << ": " << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_FALSE(std::filesystem::exists(run)) << options.back();
  }
}

}  // namespace
}  // namespace nascent
