#include "nascent/space/space_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "contract/example_spaces.h"
#include "nascent/core/error.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

std::string input_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no InputError)";
}

/// The message for a text, without the name of the file in front.
std::string mistake(const std::string& text) {
  const std::string message = input_error([&] { space_from_toml(text, "space.toml"); });
  EXPECT_TRUE(message.starts_with("space.toml:")) << message;
  return message.substr(std::min(message.size(), std::string("space.toml:").size()));
}

TEST(SpaceFile, ReadsEveryKindOfParameterInTheOrderOfTheFile) {
  const SearchSpace space = space_from_toml(R"(# how to train
lr = { float = [1e-5, 1e-1], log = true }
depth = { int = [1, 8] }
width = { int = [16, 256], step = 16 }
dropout = { float = [0, 0.5], step = 0.1 }
activation = { choice = ["relu", "gelu"] }
batch = { ordered = [16, 32, 64] }
bias = { choice = [true, false] }
epochs = 10
rate = 0.5
name = "first"
constraints = ["lr * batch <= 10", "depth < width"]

[optimizer.choice.sgd]
momentum = { float = [0.0, 0.99] }
nesterov = { choice = ["yes", "no"] }
constraints = ["momentum > 0.5 or nesterov == 'no'"]

[optimizer.choice.adam]

[layers]
repeat = [1, 4]

[layers.element]
filters = { int = [8, 64], log = true }

[after]
choice = ["a", "b"]
)",
                                            "space.toml");
  SearchSpace sgd;
  sgd.add_float("momentum", 0.0, 0.99).add_categorical("nesterov", {"yes", "no"});
  sgd.add_constraint("momentum > 0.5 or nesterov == 'no'");
  SearchSpace expected;
  expected.add_float("lr", 1e-5, 1e-1, {.log = true}).add_int("depth", 1, 8).add_int("width", 16, 256, {.step = 16});
  expected.add_float("dropout", 0.0, 0.5, {.step = 0.1}).add_categorical("activation", {"relu", "gelu"});
  expected.add_ordered("batch", {"16", "32", "64"}).add_categorical("bias", {"true", "false"});
  expected.add_int("epochs", 10, 10).add_float("rate", 0.5, 0.5).add_categorical("name", {"first"});
  expected.add_categorical("optimizer", {{"sgd", sgd}, {"adam"}});
  expected.add_repeat("layers", 1, 4, SearchSpace().add_int("filters", 8, 64, {.log = true}));
  expected.add_categorical("after", {"a", "b"});
  expected.add_constraint("lr * batch <= 10").add_constraint("depth < width");
  EXPECT_EQ(space, expected) << space.to_json().dump(2);
}

TEST(SpaceFile, ReadsOtherWaysToWriteTheSame) {
  EXPECT_EQ(space_from_toml("layers = { repeat = 2, element = { w = { int = [1, 2] } } }", "s"),
            SearchSpace().add_repeat("layers", 2, 2, SearchSpace().add_int("w", 1, 2)));
  EXPECT_EQ(space_from_toml("lr.float = [0.1, 1]\nlr.log = true", "s"),
            SearchSpace().add_float("lr", 0.1, 1.0, {.log = true}));
  EXPECT_EQ(
      space_from_toml("o = { choice = { a = { x = 1 }, b = {} } }\n\"weight-decay\" = { ordered = [0.1, 0.01] }", "s"),
      SearchSpace()
          .add_categorical("o", {{"a", SearchSpace().add_int("x", 1, 1)}, {"b"}})
          .add_ordered("weight-decay", {"0.1", "0.01"}));
}

TEST(SpaceFile, WritesWhatItReads) {
  SearchSpace odd;
  odd.add_categorical("first",
                      {{"with", SearchSpace().add_int("x", 0, 5).add_constraint("x != 3")}, {"out of \"it\""}});
  odd.add_float("a b", 2.0, 2.0).add_float("größe", 1e-300, 1e300, {.log = true}).add_int("7", -3, -3);
  odd.add_ordered("mixed", {"3", "1", "2"})
      .add_ordered("rising", {"1", "2"})
      .add_categorical("c", {"007", "7", "x\ty"});
  odd.add_ordered("levels", {{"low"}, {"high", SearchSpace().add_int("constraints", 1, 2)}});
  odd.add_repeat("empty", 0, 3, SearchSpace()).add_constraint("`a b` == 2 or 'with' == first");
  SearchSpace nested;
  nested.add_repeat("stages", 1, 2,
                    SearchSpace().add_repeat("blocks", 0, 3, testing::small_finite_space()).add_int("w", 1, 2));
  for (const SearchSpace& space :
       {odd, nested, testing::every_kind_of_parameter(), testing::small_finite_space(), testing::constrained_space()}) {
    const std::string text = space_to_toml(space);
    EXPECT_EQ(space_from_toml(text, "space.toml"), space) << text;
  }
  EXPECT_EQ(space_to_toml(testing::small_finite_space()),
            "n = { int = [1, 3] }\n"
            "\n[kind.choice.flat]\n"
            "x = { float = [0.0, 0.5], step = 0.5 }\n"
            "\n[kind.choice.deep]\n"
            "\n[kind.choice.deep.layers]\n"
            "repeat = [0, 2]\n"
            "\n[kind.choice.deep.layers.element]\n"
            "w = { int = [0, 1] }\n");
  EXPECT_NE(input_error([] {
              space_to_toml(SearchSpace().add_int("constraints", 1, 2).add_constraint("constraints > 1"));
            }).find("rename it or save the space as JSON"),
            std::string::npos);
}

TEST(SpaceFile, PointsAtMistakesInNumbers) {
  EXPECT_EQ(mistake("a = 1\nlr = { float = [0.1, 1e-5] }"),
            "2: parameter \"lr\": its range is empty, since 0.1 is above 1e-05");
  EXPECT_EQ(mistake("lr = { float = [0.0, 1.0], log = true }"),
            "1: parameter \"lr\": a logarithmic range must start above 0, not at 0");
  EXPECT_EQ(mistake("lr = { float = [0.1] }"), "1: parameter \"lr\": \"float\" needs two bounds, [low, high], not 1");
  EXPECT_EQ(mistake("lr = { float = 0.1 }"),
            "1: parameter \"lr\": \"float\" needs two bounds, as in float = [1, 8], not a number");
  EXPECT_EQ(mistake("[lr]\nfloat = [\n0.1,\n\"x\"]"),
            "4: parameter \"lr\": the upper bound must be a number, not a text");
  EXPECT_EQ(mistake("n = { int = [1.5, 3] }"),
            "1: parameter \"n\": the lower bound must be a whole number, not a number with a fraction; write float for "
            "such a range");
  EXPECT_EQ(mistake("n = { int = [1, 3], step = 0.5 }"),
            "1: parameter \"n\": the step of an integer must be a whole number from 1, not 0.5");
  EXPECT_EQ(mistake("n = { int = [1, 3], step = \"1\" }"), "1: parameter \"n\": step must be a number, not a text");
  EXPECT_EQ(mistake("n = { int = [1, 3], log = 1 }"), "1: parameter \"n\": log must be true or false, not a number");
  EXPECT_EQ(mistake("n = { int = [1, inf] }"),
            "1: parameter \"n\": the upper bound must be a whole number, not a number with a fraction; write float for "
            "such a range");
}

TEST(SpaceFile, PointsAtMistakesInTheKind) {
  EXPECT_EQ(mistake("lr = { flot = [0.1, 1.0] }"),
            "1: parameter \"lr\": \"flot\" means nothing here; did you mean \"float\"?");
  EXPECT_EQ(
      mistake("lr = { low = 0.1, high = 1.0 }"),
      "1: parameter \"lr\": it does not say what it is; give one of float, int, choice, ordered, repeat, as in lr "
      "= { float = [0.0, 1.0] }");
  EXPECT_EQ(mistake("lr = { float = [0.1, 1.0], int = [1, 2] }"),
            "1: parameter \"lr\": it is said to be both float and int; keep one of them");
  EXPECT_EQ(mistake("lr = { float = [0.1, 1.0], lgo = true }"),
            "1: parameter \"lr\": it has an unknown key \"lgo\"; beside \"float\" there may be log and step");
  EXPECT_EQ(mistake("lr = { float = [0.1, 1.0], steps = 0.1 }"),
            "1: parameter \"lr\": it has an unknown key \"steps\"; did you mean \"step\"?");
  EXPECT_EQ(
      mistake("lr = [0.1, 1.0]"),
      "1: parameter \"lr\": a list alone is ambiguous; write lr = { choice = [...] } for categories, or lr = { int "
      "= [low, high] } or lr = { float = [low, high] } for a range");
  EXPECT_EQ(mistake("when = 2024-05-01"),
            "1: parameter \"when\": it must be a number, a text or a table, not a date or time");
  EXPECT_EQ(
      mistake("[optimizer.sgd]\nmomentum = { float = [0, 1] }"),
      "1: parameter \"optimizer\": \"sgd\" is no kind of parameter; for a category with parameters below it write "
      "[optimizer.choice.sgd]");
}

TEST(SpaceFile, PointsAtMistakesInCategoriesAndLists) {
  EXPECT_EQ(mistake("c = { choice = [] }"), "1: parameter \"c\": it has no categories; give at least one");
  EXPECT_EQ(mistake("c = { choice = [\"a\", \"b\", \"a\"] }"), "1: parameter \"c\": the category \"a\" is there twice");
  EXPECT_EQ(mistake("c = { choice = \"a\" }"),
            "1: parameter \"c\": its categories must be a list, as in [\"relu\", \"gelu\"], not a text");
  EXPECT_EQ(mistake("c = { choice = [\"a\",\n [1]] }"),
            "2: parameter \"c\": a category must be a text or a number, not a list; categories with parameters below "
            "them are written as tables, [c.choice.NAME]");
  EXPECT_EQ(mistake("c = { ordered = [16, 64, 32] }"),
            "1: parameter \"c\": its categories are called ordered, but the numbers neither rise nor fall all the way; "
            "sort them, or write choice");
  EXPECT_EQ(mistake("[o.choice]\nadam = 1"),
            "2: parameter \"o=adam\": what is below a category must be a table of parameters, not a number; leave it "
            "empty as in [o.choice.adam] if there are none");
  EXPECT_EQ(mistake("[o.choice.sgd]\n\nmomentum = { float = [1, 0] }"),
            "3: parameter \"o=sgd/momentum\": its range is empty, since 1 is above 0");
  EXPECT_EQ(mistake("[layers]\nrepeat = [1, 4]"),
            "1: parameter \"layers\": it lacks the parameters of its elements; write them below [layers.element]");
  EXPECT_EQ(mistake("layers = { repeat = [4, 1], element = {} }"),
            "1: parameter \"layers\": its range of lengths is empty, since 4 is above 1");
  EXPECT_EQ(mistake("[layers]\nrepeat = [1, 4]\n[layers.element]\nw = { int = [3, 2] }"),
            "4: parameter \"layers[].w\": its range is empty, since 3 is above 2");
  EXPECT_EQ(mistake("[layers]\nrepeat = [1, 4]\nelement = 1"),
            "3: parameter \"layers\": \"element\" must be a table of parameters, not a number");
}

TEST(SpaceFile, PointsAtMistakesInConstraints) {
  EXPECT_EQ(mistake("lr = { float = [0, 1] }\nconstraints = [\n\"lr < 0.5\",\n\"rl > 0.1\"]"),
            "4: constraint \"rl > 0.1\", column 1: there is no parameter rl (lr)");
  EXPECT_EQ(mistake("[o.choice.sgd]\nx = { int = [0, 1] }\nconstraints = [\"x = 1\"]"),
            "3: constraint \"x = 1\", column 3: write == to compare (among the parameters of o=sgd)");
  EXPECT_EQ(mistake("x = { int = [0, 1] }\nconstraints = [1]"),
            "2: constraints must be texts, as in [\"lr * batch <= 10\"], not a number");
}

TEST(SpaceFile, PointsAtMistakesOfTheSyntax) {
  EXPECT_EQ(mistake("lr = 1\nlr = 2").substr(0, 13), "2: column 6: ");
  EXPECT_NE(mistake("lr = 1\nlr = 2").find("give each parameter of one level a name of its own"), std::string::npos);
  EXPECT_EQ(mistake("a = 1\nname = relu").substr(0, 3), "2: ");
  EXPECT_EQ(mistake("a = 1\n\nb = { int = [1, 2 }").substr(0, 3), "3: ");
  EXPECT_EQ(mistake("\n\n= 3").substr(0, 3), "3: ");
  EXPECT_NE(mistake("a = { int = [1, 2]\nb = 3").find("must be closed in the line where it begins"), std::string::npos);
  EXPECT_NE(mistake("a = \"\xff\"").find("save the file as UTF-8"), std::string::npos);
  EXPECT_EQ(mistake("# nothing"), " it names no parameter; write one, as in lr = { float = [1e-5, 1e-1], log = true }");
}

TEST(SpaceFile, SaysWhatASchedulerMayGiveLessOf) {
  const SpaceFile file = space_file_from_toml("lr = { float = [0.1, 1] }\n[fidelity]\nepochs = [0.5, 27]", "s");
  EXPECT_EQ(file.fidelity, "epochs=0.5:27");
  EXPECT_EQ(file.space, space_from_toml("lr = { float = [0.1, 1] }", "s"));
  EXPECT_EQ(space_file_from_toml("lr = { float = [0.1, 1] }", "s").fidelity, "");
  const SpaceFile parameter = space_file_from_toml("fidelity = { float = [0.1, 1] }", "s");
  EXPECT_EQ(parameter.fidelity, "") << "a parameter of that name";
  EXPECT_EQ(parameter.space.parameters().size(), 1U);

  const std::string lr = "lr = { float = [0.1, 1] }\n";
  EXPECT_EQ(mistake(lr + "[fidelity]\nepochs = [27, 1]"),
            "3: [fidelity]: epochs must be its least and its most, like epochs = [1, 27]");
  EXPECT_EQ(mistake(lr + "[fidelity]\nepochs = 27"),
            "3: [fidelity]: epochs must be its least and its most, like epochs = [1, 27]");
  EXPECT_EQ(mistake(lr + "[fidelity]\nepochs = [1, 27]\nrows = [1, 27]"),
            "2: [fidelity] has one axis, along which a scheduler gives less");
  EXPECT_EQ(mistake(lr + "[fidelity]"), "2: [fidelity] has one axis, along which a scheduler gives less");
}

TEST(SpaceFile, ReadsFilesOfBothFormats) {
  const testing::TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  };
  const SearchSpace space = testing::constrained_space();
  EXPECT_EQ(read_space_file(write("space.toml", space_to_toml(space))).space, space);
  EXPECT_EQ(read_space_file(write("space.json", space.to_json().dump(2))).space, space);
  const std::string broken = write("broken.json", "{\n\"parameters\": [\n}");
  EXPECT_TRUE(input_error([&] { read_space_file(broken); }).starts_with(broken + ":3: it is no valid JSON"));
  const std::string wrong = write("wrong.json", R"({"parameters": [{"name": "x", "type": "flot"}]})");
  EXPECT_EQ(input_error([&] { read_space_file(wrong); }),
            wrong + ": search space: parameters[0] has the unknown type \"flot\"; did you mean \"float\"?");
  EXPECT_NE(input_error([&] { read_space_file(folder / "none.toml"); }).find("none.toml"), std::string::npos);
}

}  // namespace
}  // namespace nascent
