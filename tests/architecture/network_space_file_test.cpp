// Spaces of networks as people write them (docs/formats/network_space.md).

#include <gtest/gtest.h>

#include <fstream>

#include "architecture/error_text.h"
#include "nascent/architecture/network_space.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::input_error_of;

class NetworkSpaceFile : public ::testing::Test {
 protected:
  NetworkSpaceOptions read(const std::string& text) const {
    const std::string path = (folder_ / "nets.toml").string();
    std::ofstream(path) << text;
    return network_space_options(path);
  }

  /// The message for a text, from the name of the file on.
  std::string mistake(const std::string& text) const {
    const std::string message = input_error_of([&] { read(text); });
    const std::size_t name = message.find("nets.toml");
    EXPECT_NE(name, std::string::npos) << message;
    return name == std::string::npos ? message : message.substr(name);
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(NetworkSpaceFile, TheNameOfAKindIsEnough) {
  for (const NetworkSpaceKind& kind : network_space_kinds()) {
    NetworkSpaceOptions expected;
    expected.kind = kind.name;
    EXPECT_EQ(network_space_options(kind.name), expected);
  }
}

TEST_F(NetworkSpaceFile, UnknownKindsAndMissingFilesAreNamed) {
  EXPECT_EQ(input_error_of([] { network_space_options("nasnett"); }),
            "there is no kind of network space \"nasnett\"; did you mean \"nasnet\"?");
  EXPECT_EQ(input_error_of([] { network_space_options("xyz"); }),
            "there is no kind of network space \"xyz\"; there are macro, cell, nasnet");
  const std::string missing = input_error_of([] { network_space_options("nowhere/nets.toml"); });
  EXPECT_NE(missing.find("nowhere/nets.toml"), std::string::npos) << missing;
}

TEST_F(NetworkSpaceFile, EverySectionIsRead) {
  const NetworkSpaceOptions options = read(R"(# small cells
[network]
kind = "cell"
operations = ["none", "skip_connect", "nor_conv_3x3"]
filters = [16, 32]
stages = 2

[limits]
parameters = "500k"
multiply_adds = 50_000_000
latency_ms = 5

[final]
cells = 2
filters = 1.5

[training]
batch_size = { choice = [64, 128] }
label_smoothing = 0.1

[training.optimizer.choice.sgd]
learning_rate = { float = [0.05, 0.5], log = true }
weight_decay = 5e-4
)");
  NetworkSpaceOptions expected;
  expected.kind = "cell";
  expected.settings = {{"operations", {"none", "skip_connect", "nor_conv_3x3"}}, {"filters", {16, 32}}, {"stages", 2}};
  expected.limits = {.parameters = 500'000, .multiply_adds = 50'000'000, .latency_ms = 5.0};
  expected.final_network = {.cells = 2, .filters = 1.5};
  expected.training.add_categorical("batch_size", {"64", "128"}).add_float("label_smoothing", 0.1, 0.1);
  SearchSpace sgd;
  sgd.add_float("learning_rate", 0.05, 0.5, {.log = true}).add_float("weight_decay", 5e-4, 5e-4);
  expected.training.add_categorical("optimizer", {{"sgd", sgd}});
  EXPECT_EQ(options, expected) << options.to_json().dump(2);
  const NetworkSpace space = make_network_space(options, {.input = {1, 28, 28}, .outputs = 10});
  EXPECT_LE(space.build(space.first.back(), {}).parameters(), 500'000);
}

TEST_F(NetworkSpaceFile, EveryExampleOfThePageMakesASpace) {
  std::ifstream page(NASCENT_SOURCE_DIR "/docs/formats/network_space.md");
  int examples = 0;
  bool inside = false;
  std::string example;
  for (std::string line; std::getline(page, line);) {
    if (!inside) {
      inside = line == "```toml";
      example.clear();
    } else if (line != "```") {
      example += line + "\n";
    } else {
      inside = false;
      ++examples;
      SCOPED_TRACE(example);
      const bool for_tables = example.find("units = [64, 512]") != std::string::npos;
      const NetworkTask task{.input = for_tables ? Shape{20} : Shape{3, 32, 32}, .outputs = 10};
      const NetworkSpace space = make_network_space(read(example), task);
      EXPECT_GT(space.build(space.first.back(), {}).parameters(), 0);
    }
  }
  EXPECT_GE(examples, 5);
}

TEST_F(NetworkSpaceFile, WhatIsLeftOutHasItsDefault) {
  EXPECT_EQ(read(""), NetworkSpaceOptions());
  EXPECT_EQ(read("[network]\n[limits]\n[final]\n[fidelity]\n[training]\n"), NetworkSpaceOptions());
  EXPECT_EQ(read("[limits]\nparameters = 7").limits.parameters, 7);
}

TEST_F(NetworkSpaceFile, SettingsForTablesAreKnown) {
  const NetworkSpaceOptions options = read("[network]\nkind = \"macro\"\nlayers = 40\nactivations = [\"selu\"]\n");
  EXPECT_NO_THROW(make_network_space(options, {.input = {8}, .outputs = 3}));
}

TEST_F(NetworkSpaceFile, UnknownKeysAreNamedWithLineAndNearMatches) {
  EXPECT_EQ(mistake("[network]\nkind = \"cel\"\n"),
            "nets.toml:2: there is no kind of network space \"cel\"; did you mean \"cell\"?");
  EXPECT_EQ(mistake("[network]\n\nkind = \"cell\"\noperation = [\"none\"]\n"),
            "nets.toml:4: the setting \"operation\" is not known to the network space \"cell\"; did you mean "
            "\"operations\"?");
  EXPECT_EQ(mistake("[limits]\nparameter = 3\n"),
            "nets.toml:2: [limits] has no key \"parameter\"; did you mean \"parameters\"?");
  EXPECT_EQ(mistake("[final]\nsize = 3\n"), "nets.toml:2: [final] has no key \"size\"; it has cells, filters");
  EXPECT_EQ(mistake("[network]\n[limit]\n"), "nets.toml:2: there is no section [limit]; did you mean \"limits\"?");
  EXPECT_EQ(
      mistake("kind = \"cell\"\n"),
      "nets.toml:1: \"kind\" stands in no section; there are [network], [limits], [final], [fidelity], [training]");
  EXPECT_EQ(mistake("\nlimits = 500\n"), "nets.toml:2: \"limits\" is a section; write [limits] and its keys below it");
  EXPECT_EQ(mistake("training = 1\n"),
            "nets.toml:1: \"training\" is a section; write [training] and its keys below it");
}

TEST_F(NetworkSpaceFile, ValuesOutOfTheirRangeAreNamedWithTheirLine) {
  EXPECT_EQ(mistake("[network]\nkind = \"cell\"\nnodes = 12\n"),
            "nets.toml:3: the setting \"nodes\" must be a whole number from 2 to 8, not 12");
  EXPECT_EQ(mistake("[network]\nkernels = [3, 11]\n"),
            "nets.toml:2: the setting \"kernels\" knows no \"11\"; did you mean \"1\"?");
  EXPECT_EQ(mistake("[network]\nkind = 3\n"), "nets.toml:2: \"kind\" must be a text, not 3");
  EXPECT_EQ(mistake("[limits]\nmultiply_adds = \"50 X\"\n"),
            "nets.toml:2: multiply_adds: \"50 X\" is not a whole number; write for example 500k or 50M");
  EXPECT_EQ(mistake("[limits]\nparameters = -5\n"),
            "nets.toml:2: parameters: \"-5\" is not a whole number; write for example 500k or 50M");
  for (const char* value : {"0", "nan", "inf", "\"5ms\""})
    EXPECT_TRUE(mistake(std::string("[limits]\nlatency_ms = ") + value)
                    .starts_with("nets.toml:2: latency_ms must be a number of milliseconds above 0, not "))
        << value;
  EXPECT_EQ(mistake("[final]\ncells = 1.5\n"), "nets.toml:2: cells must be a whole number from 1 to 100, not 1.5");
  EXPECT_EQ(read("[fidelity]\nepochs = [0.5, 6]\n").fidelity, "epochs=0.5:6");
  EXPECT_EQ(mistake("[fidelity]\nepochs = [6, 0.5]\n"),
            "nets.toml:2: epochs must be its least and its most, like epochs = [0.5, 6], not [6,0.5]");
  EXPECT_EQ(mistake("[fidelity]\nepochs = 6\n"),
            "nets.toml:2: epochs must be its least and its most, like epochs = [0.5, 6], not 6");
  EXPECT_EQ(mistake("[fidelity]\nepochs = [1, 6]\ndata = [0.1, 1]\n").find("nets.toml:"), 0U);
  EXPECT_EQ(mistake("[final]\nfilters = 0.5\n"), "nets.toml:2: filters must be a number from 1 to 100, not 0.5");
}

TEST_F(NetworkSpaceFile, MistakesInTheLanguageAndInTheTrainingSpaceAreNamedWithTheirLine) {
  EXPECT_EQ(mistake("[network]\nkind = cell\n").substr(0, 12), "nets.toml:2:");
  EXPECT_EQ(mistake("[network]\nkind = 2026-11-23\n"),
            "nets.toml:2: a date or time means nothing here; write a text, a number or a list");
  EXPECT_EQ(mistake("[training]\nmixup = { float = [0.4, 0.0] }\n"),
            "nets.toml:2: parameter \"mixup\": its range is empty, since 0.4 is above 0");
}

}  // namespace
}  // namespace nascent
