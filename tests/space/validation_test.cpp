#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "contract/example_spaces.h"
#include "nascent/core/error.h"
#include "nascent/space/search_space.h"
#include "support/seed.h"

namespace nascent {
namespace {

using testing::every_kind_of_parameter;

Json valid_network() {
  return Json::parse(R"({"model": {"network": {"dropout": 0.1, "layers": [
        {"#": 3, "filters": 8, "kind": {"conv": {"kernel": "3"}}}, {"#": 1, "filters": 64, "kind": "pool"}]}},
      "lr": 0.001, "batch": 32, "momentum": 0, "fixed": 7})");
}

/// What reading the configuration complains about, after a change to a valid one.
std::string complaint(const std::function<void(Json&)>& change) {
  Json json = valid_network();
  change(json);
  try {
    every_kind_of_parameter().configuration_from_json(json);
  } catch (const InputError& error) {
    return error.what();
  }
  return "(valid)";
}

TEST(Validation, AcceptsAValidConfiguration) {
  EXPECT_EQ(complaint([](Json&) {}), "(valid)");
  EXPECT_EQ(complaint([](Json& json) { json["model"] = "constant"; }), "(valid)");
  EXPECT_EQ(complaint([](Json& json) { json["batch"] = 32.0; }), "(valid)");
}

TEST(Validation, NamesThePathOfWhatIsWrong) {
  const auto layer = [](Json& json, int i) -> Json& { return json["model"]["network"]["layers"][i]; };
  EXPECT_EQ(complaint([](Json& json) { json["lr"] = 2; }), "configuration: lr is 2, above its upper bound 0.1");
  EXPECT_EQ(complaint([](Json& json) { json["momentum"] = -1.5; }),
            "configuration: momentum is -1.5, below its lower bound -1");
  EXPECT_EQ(complaint([](Json& json) { json["batch"] = 32.5; }),
            "configuration: batch must be a whole number, not 32.5");
  EXPECT_EQ(complaint([](Json& json) { json["batch"] = 18446744073709551615ULL; }),
            "configuration: batch must be a whole number, not 18446744073709551615");
  EXPECT_EQ(complaint([](Json& json) { json.erase("lr"); }), "configuration: lr is missing");
  EXPECT_EQ(complaint([](Json& json) { json["momentun"] = 0; }),
            "configuration: momentun is not a parameter of the search space; did you mean \"momentum\"?");
  EXPECT_EQ(complaint([](Json& json) { json["model"] = "tree"; }),
            "configuration: model is \"tree\", which is none of its categories; did you mean \"trees\"?");
  EXPECT_EQ(complaint([](Json& json) { json["model"] = "trees"; }), "configuration: model=trees/depth is missing");
  EXPECT_EQ(complaint([](Json& json) {
              json["model"] = {{"trees", {{"depth", 3}, {"subsample", 1}}}};
            }),
            "configuration: model=trees/depth is 3, which is not 2 plus a multiple of 2");
  EXPECT_EQ(complaint([](Json& json) { json["model"]["network"]["dropout"] = 0.15; }),
            "configuration: model=network/dropout is 0.15, which is not 0 plus a multiple of 0.1");
  EXPECT_EQ(complaint([&](Json& json) { layer(json, 1)["filters"] = 65; }),
            "configuration: model=network/layers[1].filters is 65, above its upper bound 64");
  EXPECT_EQ(complaint([&](Json& json) { layer(json, 0)["kind"]["conv"]["kernel"] = 3; }),
            "configuration: model=network/layers[0].kind=conv/kernel must be the name of a category, or an object of "
            "the name and what is below it, not 3");
  EXPECT_EQ(complaint([&](Json& json) { layer(json, 1)["#"] = 3; }),
            "configuration: model=network/layers[1] has the identity 3 of another element");
  EXPECT_EQ(complaint([](Json& json) { json["model"]["network"]["layers"] = Json::array(); }),
            "configuration: model=network/layers has 0 elements, but must have 1 to 3");
  EXPECT_EQ(complaint([](Json& json) { json["model"]["network"]["layers"] = 3; }),
            "configuration: model=network/layers must be a list, not 3");
}

TEST(Validation, RefusesNumbersThatAreNotFinite) {
  Configuration configuration = every_kind_of_parameter().configuration_from_json(valid_network());
  configuration.set("lr", NAN);
  EXPECT_THROW(every_kind_of_parameter().validate(configuration), InputError);
}

TEST(Validation, ReadsBackWhatWasWrittenWithIdentitiesAndAll) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const SearchSpace space = every_kind_of_parameter();
  for (int i = 0; i < 200; ++i) {
    const Configuration original = space.sample(random);
    const Configuration read = space.configuration_from_json(Json::parse(original.to_json().dump()));
    ASSERT_EQ(read, original) << original.to_json().dump();
  }
  const Configuration network = space.configuration_from_json(valid_network());
  EXPECT_EQ(network.branch("model").elements("layers")[0].identity, 3u);
}

TEST(Validation, NumbersElementsWithoutIdentity) {
  Json json = valid_network();
  for (Json& layer : json["model"]["network"]["layers"]) layer.erase("#");
  const Configuration configuration = every_kind_of_parameter().configuration_from_json(json);
  EXPECT_EQ(configuration.branch("model").elements("layers")[1].identity, 2u);
}

TEST(Validation, UndoesTheRoundingOfTextOnAGrid) {
  Json json = valid_network();
  json["model"]["network"]["dropout"] = 0.30000000000000004;
  EXPECT_EQ(every_kind_of_parameter().configuration_from_json(json).branch("model").number("dropout"), 0.3);
}

}  // namespace
}  // namespace nascent
