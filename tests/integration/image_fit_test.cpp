#include <gtest/gtest.h>

#include <algorithm>

#include "image_folder.h"
#include "nascent/core/files.h"
#include "nascent/core/json.h"
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

ProgramResult short_fit(const std::string& data, const std::string& run) {
  return testing::fit_images(data, run, {"--trials", "3", "--trial-epochs", "3", "--epochs", "6"});
}

TEST(ImageFit, DesignsANetworkThatTellsTheClassesApart) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const ProgramResult result = short_fit(image_data(folder), run);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json report = Json::parse(result.out);
  EXPECT_EQ(report.at("task").at("classes").size(), 3U);
  EXPECT_EQ(report.at("trials").at("total"), 4) << "three candidates and one finalist";
  // Guessing is right in a third of the cases; half-bright images are told apart by a single filter.
  EXPECT_GT(report.at("scores").at("test").at("accuracy").get<double>(), 0.8);

  const std::string drawing = read_file(std::filesystem::path(run) / "network.svg");
  EXPECT_EQ(drawing.rfind("<svg", 0), 0U) << drawing.substr(0, 60);
  EXPECT_NE(drawing.find("Trial 3: validation accuracy"), std::string::npos);

  const ProgramResult evaluated = run_program({kNascent, "evaluate", run, folder / "images", "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_EQ(Json::parse(evaluated.out).at("rows"), 90);
  EXPECT_NEAR(Json::parse(evaluated.out).at("metrics").at("accuracy").get<double>(),
              report.at("scores").at("test").at("accuracy").get<double>(), 1e-9);
}

TEST(ImageFit, FinalistsAreRankedAboveCandidatesOfLowerFidelity) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  ASSERT_EQ(short_fit(image_data(folder), run).exit_code, 0);
  const ProgramResult board = run_program({kNascent, "leaderboard", run, "--json"});
  const Json trials = Json::parse(board.out).at("trials");
  ASSERT_EQ(trials.size(), 4U);
  EXPECT_TRUE(trials[0].at("fidelity").empty());
  EXPECT_EQ(trials[0].at("weight"), 1.0);
  for (std::size_t i = 1; i < trials.size(); ++i) EXPECT_EQ(trials[i].at("fidelity").at("epochs"), 3.0);
}

TEST(ImageFit, PredictsPicturesByName) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  ASSERT_EQ(short_fit(image_data(folder), run).exit_code, 0);
  const ProgramResult result =
      run_program({kNascent, "predict", run, folder / "images/t10k-images-idx3-ubyte", "-o", folder / "p.csv"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string text = read_file(folder / "p.csv");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 91);
  EXPECT_NE(text.find("probability_2"), std::string::npos) << text.substr(0, 100);
}

TEST(ImageFit, ExportsItsNetworkAsOneFile) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  ASSERT_EQ(short_fit(image_data(folder), run).exit_code, 0);
  const std::string file = folder / "model.onnx";
  const ProgramResult result = run_program({kNascent, "export", run, file});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "1 network written to " + file + "\n");
  const std::string bytes = read_file(file);
  for (const char* part : {"image", "probabilities", "[\"0\",\"1\",\"2\"]", "accuracy"})
    EXPECT_NE(bytes.find(part), std::string::npos) << part;

  const ProgramResult refused = run_program({kNascent, "export", run, folder / "absent/model.onnx"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("cannot write " + (folder / "absent/model.onnx").string()), std::string::npos)
      << refused.err;
}

TEST(ImageFit, OneSeedGivesTheSameNetworksWithOneWorker) {
  const TemporaryFolder folder;
  const std::string data = image_data(folder);
  std::vector<Json> boards;
  for (const char* name : {"first", "second"}) {
    ASSERT_EQ(short_fit(data, folder / name).exit_code, 0);
    Json trials = Json::parse(run_program({kNascent, "leaderboard", folder / name, "--json"}).out).at("trials");
    for (Json& trial : trials) trial.erase("seconds");
    boards.push_back(trials);
  }
  EXPECT_EQ(boards[0], boards[1]);
}

}  // namespace
}  // namespace nascent
