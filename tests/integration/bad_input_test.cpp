#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "nascent/core/files.h"
#include "paths.h"
#include "support/program.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::kCreditTrain;
using testing::kNascent;
using testing::ProgramResult;
using testing::run_program;
using testing::TemporaryFolder;

/// A way of getting it wrong, and what the one sentence must say.
struct BadInput {
  std::string name;
  std::function<std::vector<std::string>(const TemporaryFolder&)> arguments;  ///< after `nascent fit`
  std::vector<std::string> says;
};

void PrintTo(const BadInput& input, std::ostream* out) { *out << input.name; }

std::string file_with(const TemporaryFolder& folder, const std::string& name, const std::string& content) {
  write_file_atomically(folder / name, content);
  return folder / name;
}

std::vector<std::string> table(const std::string& path, const std::string& target = "y") {
  return {path, "--target", target, "--time", "5s"};
}

/// A class folder with files that only look like pictures.
std::string image_folder(const TemporaryFolder& folder, const std::vector<std::string>& classes,
                         const std::string& bytes) {
  for (const std::string& name : classes) {
    std::filesystem::create_directories(folder.path() / "pictures" / name);
    write_file_atomically(folder.path() / "pictures" / name / "1.png", bytes);
  }
  return folder / "pictures";
}

/// The smallest PNG there is: one grey pixel.
const std::string kPixel(
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0:~\x9bU\0\0\0\nIDAT\x08\xd7"
    "c`\0\0\0\2\0\1\xe2!\xbc"
    "3\0\0\0\0IEND\xae"
    "B`\x82",
    67);

const std::vector<BadInput> kBadInputs = {
    {"NoSuchFile", [](const TemporaryFolder& f) { return table(f / "absent.csv"); }, {"absent.csv", "check the path"}},
    {"EmptyFile", [](const TemporaryFolder& f) { return table(file_with(f, "a.csv", "")); }, {"a.csv", "empty"}},
    {"HeaderOnly", [](const TemporaryFolder& f) { return table(file_with(f, "a.csv", "x,y\n")); }, {"a.csv", "header"}},
    {"RaggedRow",
     [](const TemporaryFolder& f) { return table(file_with(f, "a.csv", "x,y\n1,2\n3,4\n5\n6,7\n")); },
     {"a.csv", "4"}},
    {"TargetThatIsNotThere",
     [](const TemporaryFolder&) { return table(kCreditTrain, "clas"); },
     {"clas", "did you mean \"class\"?"}},
    {"NoTargetGiven",
     [](const TemporaryFolder&) {
       return std::vector<std::string>{kCreditTrain, "--time", "5s"};
     },
     {"--target"}},
    {"TargetWithOneValue",
     [](const TemporaryFolder& f) {
       std::string text = "x,y\n";
       for (int i = 0; i < 30; ++i) text += std::to_string(i * i % 7) + ",same\n";
       return table(file_with(f, "a.csv", text));
     },
     {"\"y\"", "one value"}},
    {"BinaryFile",
     [](const TemporaryFolder& f) {
       return table(file_with(f, "a.csv",
                              std::string("\x7f"
                                          "ELF\0\0\1\2\0\0",
                                          10)));
     },
     {"a.csv"}},
    {"TimeThatDoesNotParse",
     [](const TemporaryFolder&) {
       return std::vector<std::string>{kCreditTrain, "--target", "class", "--time", "soon"};
     },
     {"--time", "\"soon\"", "1h30m"}},
    {"UnknownMetric",
     [](const TemporaryFolder&) {
       return std::vector<std::string>{kCreditTrain, "--target", "class", "--metric", "rmse"};
     },
     {"rmse", "accuracy"}},
    {"UnknownStrategy",
     [](const TemporaryFolder&) {
       return std::vector<std::string>{kCreditTrain, "--target", "class", "--strategy", "tpee"};
     },
     {"tpee", "tpe"}},
    {"UnknownOption",
     [](const TemporaryFolder&) {
       return std::vector<std::string>{kCreditTrain, "--tarhet", "class"};
     },
     {"tarhet", "--help"}},
    {"UnknownFamily",
     [](const TemporaryFolder&) {
       return std::vector<std::string>{kCreditTrain, "--target", "class", "--models", "boosted_tree"};
     },
     {"boosted_tree", "boosted_trees"}},
    {"ImageFolderWithOneClass",
     [](const TemporaryFolder& f) { return std::vector<std::string>{image_folder(f, {"cat"}, kPixel)}; },
     {"one class"}},
    {"TruncatedPicture",
     [](const TemporaryFolder& f) {
       return std::vector<std::string>{image_folder(f, {"cat", "dog"}, kPixel.substr(0, 40))};
     },
     {"1.png"}},
    {"TruncatedIdxFile",
     [](const TemporaryFolder& f) {
       std::filesystem::create_directories(f.path() / "idx");
       const std::string images("\0\0\x08\3\0\0\0\x0a\0\0\0\x08\0\0\0\x08too few", 23);
       const std::string labels("\0\0\x08\1\0\0\0\x0a\0\1\0\1\0\1\0\1\0\1", 18);
       write_file_atomically(f.path() / "idx" / "train-images-idx3-ubyte", images);
       write_file_atomically(f.path() / "idx" / "train-labels-idx1-ubyte", labels);
       return std::vector<std::string>{f / "idx"};
     },
     {"train-images-idx3-ubyte"}},
    {"EpochsOfATable",
     [](const TemporaryFolder& f) {
       auto words = table(file_with(f, "a.csv", "x,y\n1,2\n"));
       words.insert(words.end(), {"--epochs", "3"});
       return words;
     },
     {"--epochs", "a.csv is a table", "leave it out"}},
    {"OneFold",
     [](const TemporaryFolder&) {
       return std::vector<std::string>{kCreditTrain, "--target", "class", "--folds", "1"};
     },
     {"1 folds is not possible", "use 2 to 50"}},
    {"HoldoutAndFolds",
     [](const TemporaryFolder&) {
       return std::vector<std::string>{kCreditTrain, "--target", "class", "--folds", "5", "--holdout", "0.2"};
     },
     {"--holdout", "--folds", "keep one"}},
    {"WholeHoldout",
     [](const TemporaryFolder&) {
       return std::vector<std::string>{kCreditTrain, "--target", "class", "--holdout", "1"};
     },
     {"holdout of 1", "between 0 and 1"}},
    {"TargetOfImages",
     [](const TemporaryFolder& f) {
       return table(image_folder(f, {"a", "b"}, kPixel));
     },
     {"--target is for tables", "pictures", "leave it out"}},
};

class BadInputTest : public ::testing::TestWithParam<BadInput> {};

TEST_P(BadInputTest, GetsOneSentenceAndExitCode2AndWritesNothing) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  std::vector<std::string> arguments{kNascent, "fit"};
  for (const std::string& argument : GetParam().arguments(folder)) arguments.push_back(argument);
  arguments.insert(arguments.end(), {"--out", run});
  const ProgramResult result = run_program(arguments);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  for (const std::string& part : GetParam().says)
    EXPECT_NE(result.err.find(part), std::string::npos) << "missing \"" << part << "\" in: " << result.err;
  EXPECT_FALSE(std::filesystem::exists(run));
}

INSTANTIATE_TEST_SUITE_P(All, BadInputTest, ::testing::ValuesIn(kBadInputs),
                         [](const auto& test) { return test.param.name; });

TEST(RunFolderInUse, IsLeftAsItWas) {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  const std::vector<std::string> fit{kNascent,   "fit", kCreditTrain, "--target", "class", "--models", "linear",
                                     "--trials", "1",   "--workers",  "1",        "--out", run};
  ASSERT_EQ(run_program(fit).exit_code, 0);
  const std::string before = read_file(run + "/report.json");
  const ProgramResult again = run_program(fit);
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_NE(again.err.find("already holds a study"), std::string::npos) << again.err;
  EXPECT_NE(again.err.find("--resume " + run), std::string::npos) << again.err;
  EXPECT_EQ(read_file(run + "/report.json"), before);
}

TEST(RunFolderInUse, AFolderWithOtherFilesIsNotTouched) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "mine");
  write_file_atomically(folder.path() / "mine" / "letter.txt", "dear");
  const ProgramResult result =
      run_program({kNascent, "fit", kCreditTrain, "--target", "class", "--trials", "1", "--out", folder / "mine"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("is not empty"), std::string::npos) << result.err;
  EXPECT_EQ(read_file(folder.path() / "mine" / "letter.txt"), "dear");
}

TEST(OtherCommands, SayWhatIsMissing) {
  const TemporaryFolder folder;
  for (const char* command : {"leaderboard", "evaluate", "predict", "export"}) {
    std::vector<std::string> arguments{kNascent, command, folder / "absent"};
    if (std::string(command) == "export")
      arguments.push_back(folder / "model.onnx");
    else if (std::string(command) != "leaderboard")
      arguments.push_back(kCreditTrain);
    if (std::string(command) == "predict") arguments.insert(arguments.end(), {"-o", folder / "p.csv"});
    const ProgramResult result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 2) << command;
    EXPECT_NE(result.err.find("absent"), std::string::npos) << result.err;
  }
  const ProgramResult resumed = run_program({kNascent, "fit", "--resume", folder / "absent"});
  EXPECT_EQ(resumed.exit_code, 2);
  EXPECT_NE(resumed.err.find("holds no study"), std::string::npos) << resumed.err;
}

TEST(Help, EveryCommandExplainsItselfWithAnExample) {
  for (const char* command :
       {"fit", "predict", "evaluate", "export", "leaderboard", "tune", "strategies", "benchmark"}) {
    const ProgramResult result = run_program({kNascent, command, "--help"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_NE(result.out.find("Examples:"), std::string::npos) << command;
    EXPECT_NE(result.out.find(std::string("nascent ") + command), std::string::npos) << command;
  }
}

}  // namespace
}  // namespace nascent
