#include "nascent/execution/command_template.h"

#include <gtest/gtest.h>

#include <functional>

#include "nascent/core/error.h"

namespace nascent {
namespace {

using Arguments = std::vector<std::string>;

SearchSpace example_space() {
  SearchSpace space;
  space.add_float("lr", 1e-6, 1.0, {.log = true}).add_int("depth", 1, 8);
  space.add_categorical("optimizer", {{"adam", SearchSpace().add_float("beta", 0.0, 1.0)},
                                      {"sgd", SearchSpace().add_float("momentum", 0.0, 0.99)}});
  space.add_repeat("layers", 0, 3, SearchSpace().add_int("filters", 8, 64));
  return space;
}

Configuration configuration_of(const Json& json) { return example_space().configuration_from_json(json); }

Configuration with_sgd() {
  return configuration_of({{"lr", 1e-5},
                           {"depth", 3},
                           {"optimizer", {{"sgd", {{"momentum", 0.5}}}}},
                           {"layers", {{{"#", 1}, {"filters", 16}}, {{"#", 2}, {"filters", 32}}}}});
}

Configuration with_adam() {
  return configuration_of(
      {{"lr", 0.25}, {"depth", 1}, {"optimizer", {{"adam", {{"beta", 0.9}}}}}, {"layers", Json::array()}});
}

Arguments rendered(const Arguments& command, const Configuration& configuration) {
  return CommandTemplate(command, example_space())
      .arguments(configuration, {.trial = 7, .seed = 11, .config = "/c.json"});
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(CommandTemplate, PutsValuesWhereTheirNamesStand) {
  EXPECT_EQ(rendered({"./train", "--lr={lr}", "{depth}x{depth}", "plain"}, with_sgd()),
            (Arguments{"./train", "--lr=1e-05", "3x3", "plain"}));
}

TEST(CommandTemplate, FollowsPathsIntoCategoriesAndLists) {
  EXPECT_EQ(rendered({"t", "{optimizer}", "{optimizer.momentum}", "{optimizer.sgd.momentum}"}, with_sgd()),
            (Arguments{"t", "sgd", "0.5", "0.5"}));
  EXPECT_EQ(rendered({"t", "{layers.filters}", "{layers[1].filters}", "{layers}"}, with_sgd()),
            (Arguments{"t", "16,32", "32", R"([{"filters":16},{"filters":32}])"}));
}

TEST(CommandTemplate, LeavesOutAnArgumentWithoutAValueTogetherWithItsOption) {
  const Arguments command{"t",  "--verbose", "--momentum", "{optimizer.momentum}", "--m={optimizer.momentum}",
                          "-x", "{depth}",   "last"};
  EXPECT_EQ(rendered(command, with_sgd()),
            (Arguments{"t", "--verbose", "--momentum", "0.5", "--m=0.5", "-x", "3", "last"}));
  EXPECT_EQ(rendered(command, with_adam()), (Arguments{"t", "--verbose", "-x", "1", "last"}));
}

TEST(CommandTemplate, KeepsWhatStandsBeforeItIfThatIsNoOptionsName) {
  EXPECT_EQ(rendered({"t", "fit", "{optimizer.momentum}", "--", "{optimizer.momentum}", "--a=1", "{layers[0].filters}"},
                     with_adam()),
            (Arguments{"t", "fit", "--", "--a=1"}));
}

TEST(CommandTemplate, KnowsTrialSeedAndTheFileOfTheConfiguration) {
  EXPECT_EQ(rendered({"t", "{trial}", "{seed}", "{config}"}, with_sgd()), (Arguments{"t", "7", "11", "/c.json"}));
}

TEST(CommandTemplate, AParameterGoesBeforeABuiltInOfItsName) {
  SearchSpace space;
  space.add_int("seed", 1, 3);
  const CommandTemplate command({"t", "{seed}"}, space);
  EXPECT_EQ(command.arguments(space.configuration_from_json({{"seed", 2}}), {.seed = 99}), (Arguments{"t", "2"}));
}

TEST(CommandTemplate, DoubledBracesAreBraces) {
  EXPECT_EQ(rendered({"awk", "{{print $1}}", "{{{depth}}}", "a } b"}, with_sgd()),
            (Arguments{"awk", "{print $1}", "{3}", "a } b"}));
}

TEST(CommandTemplate, AnArgumentStaysOneWhateverAValueHolds) {
  SearchSpace space;
  space.add_categorical("text", {{"a b; rm -rf $HOME 'x'"}, {"b"}});
  const CommandTemplate command({"t", "{text}"}, space);
  const auto arguments = command.arguments(space.configuration_from_json({{"text", "a b; rm -rf $HOME 'x'"}}), {});
  EXPECT_EQ(arguments, (Arguments{"t", "a b; rm -rf $HOME 'x'"}));
  EXPECT_EQ(shell_line(arguments), R"(t 'a b; rm -rf $HOME '\''x'\''')");
}

TEST(CommandTemplate, RefusesWhatItCannotFillIn) {
  const SearchSpace space = example_space();
  const auto error = [&](const std::string& argument) {
    return message_of([&] { CommandTemplate({"t", argument}, space); });
  };
  EXPECT_NE(
      error("--d={dept}").find("{dept} in \"--d={dept}\" names no parameter of the space; did you mean \"depth\"?"),
      std::string::npos)
      << error("--d={dept}");
  EXPECT_NE(error("{momentum}").find("optimizer.momentum"), std::string::npos) << error("{momentum}");
  EXPECT_NE(error("{lr.x}").find("{lr.x}"), std::string::npos);
  EXPECT_NE(error("{layers[3].filters}").find("{layers[3].filters}"), std::string::npos) << "it has at most 3 elements";
  EXPECT_NE(error("a{lr").find("does not close"), std::string::npos);
  EXPECT_NE(error("{}").find("{}"), std::string::npos);
  EXPECT_NE(message_of([&] { CommandTemplate({}, space); }).find("-- ./train.py"), std::string::npos);
}

TEST(CommandTemplate, GivesTheValuesAsVariablesToo) {
  const CommandTemplate command({"t"}, example_space());
  const auto variables = command.environment(with_sgd(), {.trial = 7, .seed = 11, .config = "/c.json"});
  EXPECT_EQ(variables, (std::map<std::string, std::string>{{"NASCENT_lr", "1e-05"},
                                                           {"NASCENT_depth", "3"},
                                                           {"NASCENT_optimizer", "sgd"},
                                                           {"NASCENT_optimizer_momentum", "0.5"},
                                                           {"NASCENT_layers", R"([{"filters":16},{"filters":32}])"},
                                                           {"NASCENT_TRIAL", "7"},
                                                           {"NASCENT_SEED", "11"},
                                                           {"NASCENT_CONFIG", "/c.json"}}));
  const auto names = command.variables();
  EXPECT_NE(std::find(names.begin(), names.end(), "NASCENT_optimizer_beta"), names.end())
      << "a variable of an inactive parameter must be known, to be unset";
}

TEST(CommandTemplate, SaysWhichParametersTheCommandDoesNotName) {
  const SearchSpace space = example_space();
  EXPECT_EQ(CommandTemplate({"t", "{lr}", "{layers.filters}", "{optimizer.momentum}"}, space).parameters_not_named(),
            (Arguments{"depth"}));
  EXPECT_TRUE(CommandTemplate({"t", "{config}"}, space).parameters_not_named().empty());
}

TEST(CommandTemplate, TellsAmountAndWhatIsTakenUp) {
  const CommandTemplate command({"t", "--epochs={epochs}", "--resume", "runs/{continues}"}, example_space(), "epochs");
  const CommandRun first{.trial = 7, .amount = 0.1 * 3};
  EXPECT_EQ(command.arguments(with_sgd(), first), (Arguments{"t", "--epochs=0.3"}));
  EXPECT_EQ(command.environment(with_sgd(), first).at("NASCENT_epochs"), "0.3");
  EXPECT_FALSE(command.environment(with_sgd(), first).contains("NASCENT_CONTINUES"));
  const CommandRun second{.trial = 9, .amount = 27.0, .continues = ContinuedTrial{7, 9.0}};
  EXPECT_EQ(command.arguments(with_sgd(), second), (Arguments{"t", "--epochs=27", "--resume", "runs/7"}));
  const auto variables = command.environment(with_sgd(), second);
  EXPECT_EQ(variables.at("NASCENT_epochs"), "27");
  EXPECT_EQ(variables.at("NASCENT_CONTINUES"), "7");
  EXPECT_EQ(variables.at("NASCENT_CONTINUES_AT"), "9");
  for (const auto& [name, value] : variables) {
    const auto names = command.variables();
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name << " must be known, to be unset";
  }
  EXPECT_EQ(CommandTemplate({"t", "{config}"}, example_space(), "epochs").parameters_not_named(),
            (Arguments{"epochs"}));
}

TEST(CommandTemplate, RefusesAnAxisWhoseNameIsTaken) {
  const auto error = [&](const std::string& axis) {
    return message_of([&] { CommandTemplate({"t"}, example_space(), axis); });
  };
  EXPECT_NE(error("depth").find("\"depth\" is a parameter of the space"), std::string::npos) << error("depth");
  for (const char* axis : {"seed", "continues", "TRIAL", "optimizer-beta"})
    EXPECT_NE(error(axis).find("is taken"), std::string::npos) << axis << ": " << error(axis);
  EXPECT_EQ(error("epochs"), "nothing was thrown");
}

TEST(CommandTemplate, TheProgramIsKnownUnlessItDependsOnTheConfiguration) {
  EXPECT_EQ(CommandTemplate({"./train", "{lr}"}, example_space()).program(), "./train");
  EXPECT_EQ(CommandTemplate({"./train-{optimizer}"}, example_space()).program(), std::nullopt);
}

}  // namespace
}  // namespace nascent
