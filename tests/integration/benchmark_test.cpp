#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "nascent/core/files.h"
#include "nascent/core/json.h"
#include "paths.h"
#include "support/program.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::kNascent;
using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryFolder;

/// 60 configurations of a grid, two seeds; the best mean loss is 0, at width 32, depth 3, relu.
std::string table_file(const TemporaryFolder& folder) {
  std::string text = "width,depth,activation,seed0,seed1,seconds\n";
  for (int w = 0; w < 4; ++w)
    for (int d = 1; d <= 5; ++d)
      for (const char* activation : {"tanh", "relu", "gelu"}) {
        const int loss = (w - 2) * (w - 2) + (d - 3) * (d - 3) + (std::string(activation) == "relu" ? 0 : 2);
        text += std::to_string(8 << w) + "," + std::to_string(d) + "," + activation + "," +
                std::to_string(loss - 0.25) + "," + std::to_string(loss + 0.25) + "," + std::to_string(d) + "\n";
      }
  write_file(folder / "table.csv", text);
  return folder / "table.csv";
}

ProgramResult benchmark(std::vector<std::string> further) {
  further.insert(further.begin(), {kNascent, "benchmark"});
  return run_program(further);
}

std::vector<std::string> on_the_grid(const TemporaryFolder& folder, std::vector<std::string> further) {
  further.insert(further.begin(),
                 {table_file(folder), "--inputs", "width,depth,activation", "--objective", "seed*", "--repeats", "20"});
  return further;
}

std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST(Benchmark, PrintsATableForEachQuestion) {
  const TemporaryFolder folder;
  const ProgramResult result =
      benchmark(on_the_grid(folder, {"--strategy", "random,tpe", "--trials", "30", "--cost", "seconds"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* part :
       {"60 points, 3 inputs", "minimized: seed0, seed1, one drawn at random", "Mean best value", "Median best value",
        "Mean regret", "Median regret", "found in % of runs", "simulated time of a run", "\n  random", "\n  tpe"})
    EXPECT_NE(result.out.find(part), std::string::npos) << "missing \"" << part << "\" in:\n" << result.out;
}

TEST(Benchmark, GivesOneJsonObjectForEachStrategyAndTheSameForOneSeed) {
  const TemporaryFolder folder;
  const std::vector<std::string> command =
      on_the_grid(folder, {"--strategy", "random,tpe", "--average", "--trials", "60", "--json"});
  const ProgramResult result = benchmark(command);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::vector<Json> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 2U) << result.out;
  EXPECT_EQ(lines[0]["strategy"], "random");
  EXPECT_EQ(lines[1]["strategy"], "tpe");
  for (const Json& line : lines) {
    EXPECT_EQ(line["runs"], 20);
    EXPECT_EQ(line["objective"]["best"], 0.0);
    // 60 trials without repetition are the whole table.
    EXPECT_EQ(line["found"]["value"], 1.0);
    EXPECT_EQ(line["milestones"].back()["trials"], 60);
    EXPECT_EQ(line["milestones"].back()["mean_regret"]["value"], 0.0);
    EXPECT_GT(line["milestones"].front()["mean_regret"]["value"].get<double>(), 0.0);
  }
  std::vector<Json> again = lines_of(benchmark(command).out);
  for (std::vector<Json>* run : {&lines, &again})
    for (Json& line : *run) line.erase("seconds_per_suggestion");
  EXPECT_EQ(lines, again);
}

TEST(Benchmark, EveryMilestoneIsBetterThanTheOneBefore) {
  const TemporaryFolder folder;
  const Json line = lines_of(benchmark(on_the_grid(folder, {"--trials", "50", "--average", "--json"})).out).front();
  double before = 1e9;
  for (const Json& milestone : line["milestones"]) {
    EXPECT_LE(milestone["mean_regret"]["value"].get<double>(), before);
    before = milestone["mean_regret"]["value"];
  }
}

TEST(Benchmark, CountsIsomorphicCellsOnce) {
  const TemporaryFolder folder;
  // Three nodes, three edges. Where 0->1 or 1->2 is nothing, the other of the two does not matter.
  std::string text = "edge_0_1,edge_0_2,edge_1_2,accuracy\n";
  int row = 0;
  for (const char* a : {"none", "skip_connect", "conv"})
    for (const char* b : {"none", "skip_connect", "conv"})
      for (const char* c : {"none", "skip_connect", "conv"})
        text += std::string(a) + "," + b + "," + c + "," + std::to_string(++row) + "\n";
  write_file(folder / "cells.csv", text);
  const std::vector<std::string> command{folder / "cells.csv", "--inputs",   "edge_*",   "--objective",
                                         "accuracy",           "--maximize", "--trials", "27",
                                         "--repeats",          "2",          "--json"};
  std::vector<std::string> with_key = command;
  with_key.emplace_back("--cell");
  const ProgramResult plain = benchmark(command);
  const ProgramResult joined = benchmark(with_key);
  ASSERT_EQ(plain.exit_code, 0) << plain.err;
  ASSERT_EQ(joined.exit_code, 0) << joined.err;
  EXPECT_EQ(Json::parse(plain.out)["points"], 27);
  EXPECT_EQ(Json::parse(plain.out)["objective"]["best"], 27.0);
  // By hand: the path 0->1->2 is nothing in 5 of 9 ways, the identity in 1, one convolution in 2, two in 1; together
  // with the edge 0->2 (nothing, identity or convolution) these are 4 * 3 pairs, of which (nothing, identity) and
  // (identity, nothing), and (nothing, one) and (one, nothing), are the same sums, as are (identity, one) and (one,
  // identity).
  EXPECT_EQ(Json::parse(joined.out)["points"], 9);
}

/// Twelve curves of eight epochs: the loss falls from 10 to the number of the curve, the same way for all. One of them
/// diverges.
std::string curves_file(const TemporaryFolder& folder) {
  std::string text = "run,epoch,loss,seconds\n";
  for (int run = 0; run < 12; ++run)
    for (int epoch = 1; epoch <= 8; ++epoch) {
      const double loss = run + (10.0 - run) / epoch;
      text += "r" + std::to_string(run) + "," + std::to_string(epoch) + "," +
              (run == 11 && epoch > 3 ? "nan" : std::to_string(loss)) + "," + std::to_string(10 * epoch) + "\n";
    }
  write_file(folder / "curves.csv", text);
  return folder / "curves.csv";
}

std::vector<std::string> on_curves(const TemporaryFolder& folder, std::vector<std::string> further) {
  further.insert(further.begin(), {curves_file(folder), "--curve", "run", "--fidelity", "epoch", "--elapsed", "seconds",
                                   "--objective", "loss", "--repeats", "10"});
  return further;
}

TEST(BenchmarkOfCurves, PrintsATableForEachQuestion) {
  const TemporaryFolder folder;
  const ProgramResult result = benchmark(on_curves(folder, {"--estimation", "full,asha:reduction=2,top:after=2,k=3",
                                                            "--strategy", "random,grid", "--until-regret", "1"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {"12 curves, 1 inputs", "epoch 1 to 8", "1 of 12 curves end before epoch 8", "cost %",
                           "Mean regret", "The regret asked for was reached", "per decision", "\n  random + full",
                           "\n  grid + asha:reduction=2", "\n  grid + top:after=2,k=3"})
    EXPECT_NE(result.out.find(part), std::string::npos) << "missing \"" << part << "\" in:\n" << result.out;
}

TEST(BenchmarkOfCurves, GivesOneJsonObjectForEachSchedulerAndTheSameForOneSeed) {
  const TemporaryFolder folder;
  const std::vector<std::string> command =
      on_curves(folder, {"--estimation", "full,top:after=2,k=3", "--workers", "3", "--json"});
  const ProgramResult result = benchmark(command);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::vector<Json> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 2U) << result.out;
  EXPECT_EQ(lines[0]["estimation"], "full");
  EXPECT_EQ(lines[0]["strategy"], "random");
  EXPECT_EQ(lines[0]["cost_share"]["value"], 1.0);
  EXPECT_EQ(lines[0]["failed"], 1.0);
  EXPECT_EQ(lines[1]["estimation"], "top:after=2,k=3");
  EXPECT_EQ(lines[1]["mean_regret"]["value"], 0.0);  // the curves never cross
  // 12 times two epochs and 3 times six, of 11 curves of 80 seconds and one of 40 (where the NaN came).
  EXPECT_DOUBLE_EQ(lines[1]["cost_share"]["value"].get<double>(), (12 * 20.0 + 3 * 60.0) / (11 * 80.0 + 40.0));
  EXPECT_EQ(lines[1]["end_seconds"]["value"], 140.0);  // three workers: 80 seconds, then 60
  EXPECT_EQ(lines[1]["idle_share"]["value"], 0.0);
  EXPECT_EQ(lines[1]["paused"], 12.0);
  EXPECT_EQ(lines[1]["promoted"], 3.0);
  std::vector<Json> again = lines_of(benchmark(command).out);
  for (std::vector<Json>* run : {&lines, &again})
    for (Json& line : *run)
      for (const char* time : {"seconds_per_decision", "seconds_per_suggestion"}) line.erase(time);
  EXPECT_EQ(lines, again);
}

TEST(BenchmarkOfCurves, EndsAtTheSimulatedTime) {
  const TemporaryFolder folder;
  const ProgramResult result = benchmark(on_curves(folder, {"--time", "5m", "--json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json line = Json::parse(result.out);
  EXPECT_EQ(line["end_seconds"]["value"], 300.0);
  EXPECT_EQ(line["moments"].back()["seconds"], 300.0);
}

struct BadBenchmark {
  std::string name;
  std::vector<std::string> arguments;  ///< after the table
  std::vector<std::string> says;
};

void PrintTo(const BadBenchmark& bad, std::ostream* out) { *out << bad.name; }

const std::vector<BadBenchmark> kBad = {
    {"UnknownInput", {"--inputs", "widh,depth", "--objective", "seed0"}, {"--inputs", "did you mean \"width\"?"}},
    {"UnknownObjective", {"--inputs", "width", "--objective", "seed2"}, {"--objective", "\"seed2\"", "seed0"}},
    {"ObjectiveOfText", {"--inputs", "width", "--objective", "activation"}, {"line 2", "\"tanh\"", "no number"}},
    {"ColumnLikeNoOther", {"--inputs", "layers", "--objective", "seed0"}, {"its columns are width, depth, activation"}},
    {"NoInputs", {"--objective", "seed0"}, {"--inputs"}},
    {"NoObjective", {"--inputs", "width"}, {"--objective"}},
    {"UnknownStrategy",
     {"--inputs", "width", "--objective", "seed0", "--strategy", "tpee"},
     {"\"tpee\"", "did you mean \"tpe\"?"}},
    {"BothDirections", {"--inputs", "width", "--objective", "seed0", "--minimize", "--maximize"}, {"exclude"}},
    {"NoTrials", {"--inputs", "width", "--objective", "seed0", "--trials", "0"}, {"--trials", "1 to"}},
    {"UnknownRegret", {"--inputs", "width", "--objective", "seed0", "--regret", "test"}, {"--regret", "\"test\""}},
    {"NoCell", {"--inputs", "width,depth", "--objective", "seed0", "--cell"}, {"cell"}},
    {"UnknownFidelity",
     {"--inputs", "width,activation", "--fidelity", "dept", "--objective", "seed0"},
     {"--fidelity", "did you mean \"depth\"?"}},
    {"UnknownElapsed",
     {"--inputs", "width,activation", "--fidelity", "depth", "--elapsed", "second", "--objective", "seed0"},
     {"--elapsed", "did you mean \"seconds\"?"}},
    {"UnknownScheduler",
     {"--inputs", "width,activation", "--fidelity", "depth", "--objective", "seed0", "--estimation", "fulll"},
     {"\"fulll\"", "did you mean \"full\"?"}},
    {"UnknownOptionOfAScheduler",
     {"--inputs", "width,activation", "--fidelity", "depth", "--objective", "seed0", "--estimation", "top:afte=3"},
     {"afte", "after"}},
    {"TopOfEverything",
     {"--inputs", "width,activation", "--fidelity", "depth", "--objective", "seed0", "--estimation", "top:after=5"},
     {"\"top\"", "end at depth 5"}},
    {"SchedulerWithoutCurves",
     {"--inputs", "width", "--objective", "seed0", "--estimation", "top:after=3,k=2"},
     {"--estimation top:after=3,k=2", "--fidelity"}},
    {"TimeWithoutCurves", {"--inputs", "width", "--objective", "seed0", "--time", "1h"}, {"--time", "--fidelity"}},
    {"RegretBelowZero",
     {"--inputs", "width,activation", "--fidelity", "depth", "--objective", "seed0", "--until-regret", "-1"},
     {"--until-regret", "-1"}},
    {"SpaceThatIsNotThere", {"--space", "absent.toml", "--objective", "seed0"}, {"absent.toml"}},
};

class BadBenchmarkTest : public ::testing::TestWithParam<BadBenchmark> {};

TEST_P(BadBenchmarkTest, GetsOneSentenceAndExitCode2) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments = GetParam().arguments;
  arguments.insert(arguments.begin(), table_file(folder));
  const ProgramResult result = benchmark(arguments);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  for (const std::string& part : GetParam().says)
    EXPECT_NE(result.err.find(part), std::string::npos) << "missing \"" << part << "\" in: " << result.err;
}

INSTANTIATE_TEST_SUITE_P(All, BadBenchmarkTest, ::testing::ValuesIn(kBad),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace nascent
