#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "image_folder.h"
#include "nascent/core/files.h"
#include "nascent/core/json.h"
#include "nascent/store/sqlite_store.h"
#include "paths.h"
#include "support/program.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::image_data;
using testing::kNascent;
using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryFolder;

ProgramResult fit(const std::string& data, const std::string& run, std::vector<std::string> options) {
  options.insert(options.begin(), {"--trials", "5", "--trial-epochs", "0.5", "--epochs", "1"});
  return testing::fit_images(data, run, std::move(options));
}

std::vector<Trial> trials_of(const std::string& run) { return open_sqlite_store(run + "/study.db")->trials(); }

TEST(DesignedNetworks, EveryStrategySearchesTheSpaceAndResumes) {
  const TemporaryFolder folder;
  const std::string data = image_data(folder);
  for (const char* strategy : {"evolution:start=2", "bayesian", "reinforce", "random", "grid", "local:start=2"}) {
    const std::string run = folder / strategy;
    const ProgramResult result = fit(data, run, {"--space", "macro", "--strategy", strategy});
    ASSERT_EQ(result.exit_code, 0) << strategy << ": " << result.err;
    const Json report = Json::parse(result.out);
    EXPECT_EQ(report.at("space").at("kind"), "macro");
    EXPECT_EQ(report.at("search").at("strategy"), strategy);
    EXPECT_GT(report.at("best").at("network").at("parameters").get<double>(), 0.0);
    EXPECT_GT(report.at("best").at("network").at("latency_ms").get<double>(), 0.0);
    EXPECT_TRUE(std::filesystem::exists(run + "/network.svg"));

    const ProgramResult resumed = run_program({kNascent, "fit", "--resume", run, "--trials", "8", "--json"});
    ASSERT_EQ(resumed.exit_code, 0) << strategy << ": " << resumed.err;
    EXPECT_GE(Json::parse(resumed.out).at("trials").at("total").get<int>(), 8) << strategy;
  }
}

TEST(DesignedNetworks, KeepTheirLimitsInEveryTrialOfTheRecord) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult result = fit(image_data(folder), run,
                                   {"--max-parameters", "20k", "--max-multiply-adds", "500k", "--max-latency", "10s",
                                    "--strategy", "evolution:start=2"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Json::parse(result.out).at("space").at("limits").at("parameters"), 20000);
  const std::vector<Trial> trials = trials_of(run);
  ASSERT_GE(trials.size(), 5U);
  for (const Trial& trial : trials) {
    ASSERT_EQ(trial.state, TrialState::kComplete) << trial.number << ": " << trial.reason;
    EXPECT_LE(trial.details.at("parameters").get<std::int64_t>(), 20000) << trial.number;
    EXPECT_LE(trial.details.at("multiply_adds").get<std::int64_t>(), 500000) << trial.number;
  }
}

TEST(DesignedNetworks, TooSlowOnesAreNotTrained) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult result = fit(image_data(folder), run, {"--max-latency", "0.0001ms"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<Trial> trials = trials_of(run);
  ASSERT_FALSE(trials.empty());
  for (const Trial& trial : trials) {
    EXPECT_EQ(trial.state, TrialState::kFailed);
    EXPECT_NE(trial.reason.find("--max-latency allows"), std::string::npos) << trial.reason;
    EXPECT_GT(trial.details.at("latency_ms").get<double>(), 0.0);
  }
}

TEST(DesignedNetworks, CandidatesStartFromTheWeightsOfTheirParents) {
  const TemporaryFolder folder;
  const std::string data = image_data(folder);
  for (const bool inherit : {true, false}) {
    const std::string run = folder / (inherit ? "inherit" : "scratch");
    std::vector<std::string> options{"--strategy", "evolution:start=2", "--no-first"};
    if (!inherit) options.push_back("--no-inherit");
    const ProgramResult result = fit(data, run, options);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(Json::parse(result.out).at("search").at("inherit"), inherit);
    int children = 0;
    for (const Trial& trial : trials_of(run)) {
      if (trial.fidelity.empty() || !trial.parent) continue;
      ++children;
      EXPECT_EQ(trial.details.contains("from"), inherit) << trial.number;
      if (!inherit) continue;
      EXPECT_EQ(trial.details.at("from"), *trial.parent);
      EXPECT_GT(trial.details.at("inherited_share").get<double>(), 0.0) << trial.number;
      EXPECT_LE(trial.details.at("inherited_share").get<double>(), 1.0) << trial.number;
      EXPECT_FALSE(trial.details.at("exactness").get<std::string>().empty());
    }
    EXPECT_GT(children, 0);
  }
}

TEST(DesignedNetworks, LostAndDamagedWeightsAreNotedAndTrainingStartsFromScratch) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult result = fit(image_data(folder), run, {"--strategy", "evolution:start=2"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::int64_t before = -1;
  for (const Trial& trial : trials_of(run)) {
    before = std::max(before, trial.number);
    if (trial.fidelity.empty()) continue;
    const std::filesystem::path weights = std::filesystem::path(run) / "trials" / fmt::format("{:06}", trial.number);
    ASSERT_TRUE(std::filesystem::exists(weights / "fold-0" / "weights.pt")) << trial.number;
    if (trial.number % 2 == 0)
      std::filesystem::remove_all(weights / "fold-0");
    else
      write_file(weights / "fold-0" / "weights.pt", "damaged");
  }
  const ProgramResult resumed = run_program({kNascent, "fit", "--resume", run, "--trials", "8", "--json"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  int from_scratch = 0;
  for (const Trial& trial : trials_of(run)) {
    if (trial.number <= before || !trial.parent) continue;
    EXPECT_EQ(trial.state, TrialState::kComplete) << trial.reason;
    if (*trial.parent > before) continue;
    EXPECT_FALSE(trial.details.contains("from")) << trial.number;
    EXPECT_FALSE(trial.details.at("not_inherited").get<std::string>().empty());
    ++from_scratch;
  }
  EXPECT_GT(from_scratch, 0);
}

TEST(DesignedNetworks, OfAFileKeepItsLimitsAndInheritWhereTheFinalOneIsLarger) {
  const TemporaryFolder folder;
  const std::string file = folder / "nets.toml";
  write_file(file,
             "[network]\nkind = \"cell\"\nfilters = [4, 8]\ncells = 1\nstages = 2\n"
             "[limits]\nparameters = 60000\n[final]\ncells = 2\nfilters = 1.5\n");
  const std::string run = folder / "run";
  const ProgramResult result = fit(image_data(folder), run, {"--space", file});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Json::parse(result.out).at("space").at("kind"), "cell");
  const std::vector<Trial> trials = trials_of(run);
  int final_networks = 0;
  for (const Trial& trial : trials) {
    ASSERT_EQ(trial.state, TrialState::kComplete) << trial.number << ": " << trial.reason;
    EXPECT_LE(trial.details.at("parameters").get<std::int64_t>(), 60000) << trial.number;
    if (!trial.fidelity.empty()) continue;
    ++final_networks;
    ASSERT_TRUE(trial.parent);
    EXPECT_EQ(trial.details.at("from"), *trial.parent);
    EXPECT_GT(trial.details.at("inherited_share").get<double>(), 0.0);
    EXPECT_LT(trial.details.at("inherited_share").get<double>(), 1.0);
    const auto parent = std::ranges::find(trials, *trial.parent, &Trial::number);
    ASSERT_NE(parent, trials.end());
    EXPECT_GT(trial.details.at("parameters").get<std::int64_t>(), parent->details.at("parameters").get<std::int64_t>());
  }
  EXPECT_GT(final_networks, 0);
}

TEST(DesignedNetworks, AStudyOfAnEarlyBuildIsNotGoneOnWith) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult result = fit(image_data(folder), run, {});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  Json plan = Json::parse(read_file(run + "/plan.json"));
  plan.erase("network");
  write_file(run + "/plan.json", plan.dump());
  const ProgramResult resumed = run_program({kNascent, "fit", "--resume", run});
  EXPECT_EQ(resumed.exit_code, 2);
  EXPECT_NE(resumed.err.find("start anew"), std::string::npos) << resumed.err;
  EXPECT_EQ(std::ranges::count(resumed.err, '\n'), 1) << resumed.err;
}

TEST(DesignedNetworks, BadInputEndsBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  const std::string data = image_data(folder);
  const std::string file = folder / "space.toml";
  write_file(file, "[network]\nkind = \"macro\"\nstages = \"many\"\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--space", "marco"}, "macro"},
      {{"--space", folder / "none.toml"}, "none.toml"},
      {{"--space", file}, "space.toml"},
      {{"--max-parameters", "5"}, "limit"},
      {{"--max-parameters", "many"}, "--max-parameters"},
      {{"--max-latency", "fast"}, "--max-latency"},
      {{"--strategy", "evolutoin"}, "evolution"},
      {{"--device", "tpu"}, "--device"},
  };
  for (const auto& [options, named] : cases) {
    const std::string run = folder / "run";
    const ProgramResult result = fit(data, run, options);
    EXPECT_EQ(result.exit_code, 2) << options[1];
    EXPECT_NE(result.err.find(named), std::string::npos) << options[1] << ": " << result.err;
    EXPECT_FALSE(std::filesystem::exists(run)) << options[1];
  }
}

}  // namespace
}  // namespace nascent
