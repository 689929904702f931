// What `nascent tune` refuses: each mistake costs one sentence, and nothing is written.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "nascent/core/files.h"
#include "paths.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "tune_words.h"

namespace nascent {
namespace {

using testing::kNascent;
using testing::kSpace;
using testing::kSquare;
using testing::ProgramResult;
using testing::run_program;
using testing::space_in;
using testing::TemporaryFolder;
using testing::tune;
using testing::Words;

/// A way of getting it wrong, and what the one sentence must say.
struct BadTune {
  std::string name;
  std::function<Words(const TemporaryFolder&)> words;  ///< behind `nascent tune`
  std::vector<std::string> says;
};

void PrintTo(const BadTune& bad, std::ostream* out) { *out << bad.name; }

/// Options in place of good ones, and the command.
Words bad_words(const TemporaryFolder& folder, const Words& options, const Words& command = {"true", "{x}"},
                const std::string& space = kSpace) {
  Words words{space_in(folder, space)};
  words.insert(words.end(), options.begin(), options.end());
  words.emplace_back("--");
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

const Words kGood{"--minimize", "loss", "--trials", "3"};

Words good_and(const Words& more) {
  Words words = kGood;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const std::vector<BadTune> kBadTunes = {
    {"NoSpaceFile",
     [](const auto& f) {
       return Words{f / "absent.toml", "--minimize", "loss", "--", "true"};
     },
     {"absent.toml"}},
    {"SpaceThatIsNoToml", [](const auto& f) { return bad_words(f, kGood, {"true"}, "x = = 1\n"); }, {"space.toml"}},
    {"EmptySpace", [](const auto& f) { return bad_words(f, kGood, {"true"}, "\n"); }, {"space.toml"}},
    {"NoCommand",
     [](const auto& f) {
       return Words{space_in(f), "--minimize", "loss", "--trials", "3"};
     },
     {"--", "{lr}"}},
    {"NothingBehindTheDashes", [](const auto& f) { return bad_words(f, kGood, {}); }, {"--", "{lr}"}},
    {"NoDashes",
     [](const auto& f) { return Words{space_in(f), "--minimize", "loss", "--trials", "3", "true", "{x}"}; },
     {"true"}},
    {"NoObjective",
     [](const auto& f) {
       return bad_words(f, {"--trials", "3"});
     },
     {"--minimize loss"}},
    {"MetricGivenTwice",
     [](const auto& f) {
       return bad_words(f, good_and({"--maximize", "loss"}));
     },
     {"\"loss\"", "twice"}},
    {"NoEnd",
     [](const auto& f) {
       return bad_words(f, {"--minimize", "loss"});
     },
     {"--trials", "--time"}},
    {"NoTrials",
     [](const auto& f) {
       return bad_words(f, {"--minimize", "loss", "--trials", "0"});
     },
     {"--trials", "0"}},
    {"TimeThatIsNone",
     [](const auto& f) {
       return bad_words(f, good_and({"--time", "soon"}));
     },
     {"--time", "\"soon\""}},
    {"TimeOutThatIsNone",
     [](const auto& f) {
       return bad_words(f, good_and({"--timeout", "never"}));
     },
     {"--timeout", "\"never\""}},
    {"MemoryThatIsNone",
     [](const auto& f) {
       return bad_words(f, good_and({"--memory", "lots"}));
     },
     {"--memory", "\"lots\""}},
    {"NoWorkers",
     [](const auto& f) {
       return bad_words(f, good_and({"--workers", "0"}));
     },
     {"--workers", "0"}},
    {"NoRepeats",
     [](const auto& f) {
       return bad_words(f, good_and({"--repeats", "0"}));
     },
     {"--repeats", "0"}},
    {"UnknownStrategy",
     [](const auto& f) {
       return bad_words(f, good_and({"--strategy", "tpee"}));
     },
     {"tpee", "tpe"}},
    {"UnknownOptionOfAStrategy",
     [](const auto& f) {
       return bad_words(f, good_and({"--strategy", "random:speed=3"}));
     },
     {"random", "speed"}},
    {"BoundThatIsNone",
     [](const auto& f) {
       return bad_words(f, good_and({"--where", "latency < 20"}));
     },
     {"--where", "\"latency < 20\"", "latency <= 20"}},
    {"UnknownPlace",
     [](const auto& f) {
       return bad_words(f, kGood, {"true", "{y}"});
     },
     {"{y}", "did you mean \"x\"?"}},
    {"UnknownPlaceInABranch",
     [](const auto& f) {
       return bad_words(f, kGood, {"true", "{shape.bnd}"});
     },
     {"{shape.bnd}", "shape.bend"}},
    {"OpenBrace",
     [](const auto& f) {
       return bad_words(f, kGood, {"true", "{x"});
     },
     {"\"{x\"", "{{"}},
    {"UnknownProgram",
     [](const auto& f) {
       return bad_words(f, kGood, {"no-such-program", "{x}"});
     },
     {"no-such-program", "PATH"}},
    {"FileThatIsNoProgram",
     [](const auto& f) {
       return bad_words(f, kGood, {f / "space.toml", "{x}"});
     },
     {"space.toml", "chmod +x"}},
    {"NoFirstFile",
     [](const auto& f) {
       return bad_words(f, good_and({"--first", f / "absent.json"}));
     },
     {"absent.json"}},
    {"FirstOutsideTheSpace",
     [](const auto& f) {
       write_file(f / "first.json", R"({"x": 7, "shape": "flat"})");
       return bad_words(f, good_and({"--first", f / "first.json"}));
     },
     {"first.json", "x", "7"}},
    {"UnknownOption",
     [](const auto& f) {
       return bad_words(f, good_and({"--trails", "3"}));
     },
     {"--trails", "--help"}},
};

class BadTuneTest : public ::testing::TestWithParam<BadTune> {};

TEST_P(BadTuneTest, GetsOneSentenceAndExitCode2AndMakesNoStudy) {
  const TemporaryFolder folder;
  Words words{kNascent, "tune"};
  for (const std::string& word : GetParam().words(folder)) words.push_back(word);
  const ProgramResult result = run_program(words);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  for (const std::string& part : GetParam().says)
    EXPECT_NE(result.err.find(part), std::string::npos) << "missing \"" << part << "\" in: " << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "space.db"));
}

INSTANTIATE_TEST_SUITE_P(All, BadTuneTest, ::testing::ValuesIn(kBadTunes),
                         [](const auto& test) { return test.param.name; });

TEST(TuneStudy, AChangedQuestionIsNotMixedWithTheOldOne) {
  const TemporaryFolder folder;
  const std::string space = space_in(folder);
  const Words good{"--minimize", "loss", "--trials", "1", "--seed", "1", "--quiet"};
  ASSERT_EQ(run_program(tune(space, good, kSquare)).exit_code, 0);
  const auto refusal = [&](const Words& options, const std::string& script) {
    const ProgramResult result = run_program(tune(space, options, script));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_NE(result.err.find("holds another study"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("--study"), std::string::npos) << result.err;
    return result.err;
  };
  EXPECT_NE(refusal(good, "echo loss=1").find("its command is `sh -c"), std::string::npos);
  EXPECT_NE(refusal({"--maximize", "loss", "--trials", "1"}, kSquare).find("--minimize loss"), std::string::npos);
  EXPECT_NE(refusal({"--minimize", "loss", "--trials", "1", "--seed", "2"}, kSquare).find("--seed 1"),
            std::string::npos);
  EXPECT_NE(refusal({"--minimize", "loss", "--trials", "1", "--strategy", "random"}, kSquare).find("--strategy"),
            std::string::npos);
  EXPECT_NE(refusal({"--minimize", "loss", "--trials", "1", "--repeats", "2"}, kSquare).find("--repeats 1"),
            std::string::npos);
  EXPECT_NE(refusal({"--minimize", "loss", "--trials", "1", "--where", "loss <= 1"}, kSquare).find("--where"),
            std::string::npos);
  space_in(folder, "x = { float = [-1.0, 2.0] }\n");
  EXPECT_NE(refusal(good, kSquare).find("its search space differs"), std::string::npos);
}

TEST(TuneStudy, AFileThatIsNoStudyIsLeftAlone) {
  const TemporaryFolder folder;
  write_file(folder / "letter.db", "dear");
  const ProgramResult result = run_program(
      tune(space_in(folder), {"--minimize", "loss", "--trials", "1", "--study", folder / "letter.db"}, kSquare));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("letter.db"), std::string::npos) << result.err;
  EXPECT_EQ(read_file(folder / "letter.db"), "dear");
}

}  // namespace
}  // namespace nascent
