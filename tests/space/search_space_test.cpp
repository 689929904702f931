#include "nascent/space/search_space.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "contract/example_spaces.h"
#include "nascent/core/error.h"
#include "support/seed.h"

namespace nascent {
namespace {

using testing::every_kind_of_parameter;
using testing::small_finite_space;

std::string input_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no InputError)";
}

TEST(SearchSpace, RefusesParametersThatMakeNoSense) {
  SearchSpace space;
  space.add_float("x", 0.0, 1.0);
  EXPECT_EQ(input_error([&] { space.add_int("x", 0, 1); }),
            "parameter \"x\": it is there already; give each parameter of one level a name of its own");
  EXPECT_EQ(input_error([&] { space.add_float("y", 2.0, 1.0); }),
            "parameter \"y\": its range is empty, since 2 is above 1");
  EXPECT_EQ(input_error([&] { space.add_float("y", 0.0, 1.0, {.log = true}); }),
            "parameter \"y\": a logarithmic range must start above 0, not at 0");
  EXPECT_EQ(input_error([&] { space.add_float("y", 1.0, 2.0, {.log = true, .step = 0.1}); }),
            "parameter \"y\": log and step cannot be used together; leave one out");
  EXPECT_EQ(input_error([&] { space.add_int("y", 1, 9, {.step = 1.5}); }),
            "parameter \"y\": the step of an integer must be a whole number from 1, not 1.5");
  EXPECT_EQ(input_error([&] { space.add_float("y", 0.0, NAN); }),
            "parameter \"y\": its bounds 0 and nan must be finite");
  EXPECT_EQ(input_error([&] { space.add_categorical("y", {}); }),
            "parameter \"y\": it has no categories; give at least one");
  EXPECT_EQ(input_error([&] {
              space.add_categorical("y", {"a", "b", "a"});
            }),
            "parameter \"y\": the category \"a\" is there twice");
  EXPECT_EQ(input_error([&] { space.add_repeat("y", 3, 2, {}); }),
            "parameter \"y\": its range of lengths is empty, since 3 is above 2");
  EXPECT_NE(input_error([&] { space.add_int("#", 0, 1); }).find("\"#\""), std::string::npos);
  EXPECT_EQ(space.parameters().size(), 1u) << "a refused parameter must leave the space as it was";
}

TEST(SearchSpace, SamplesOnlyValidPoints) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const SearchSpace space = every_kind_of_parameter();
  std::set<std::string> models;
  std::set<std::size_t> lengths;
  for (int i = 0; i < 500; ++i) {
    const Configuration configuration = space.sample(random);
    ASSERT_NO_THROW(space.validate(configuration));
    models.insert(configuration.choice("model"));
    if (configuration.choice("model") == "network")
      lengths.insert(configuration.branch("model").elements("layers").size());
  }
  // A category of three is missed by 500 draws with probability 3 * (2/3)^500, below 1e-80.
  EXPECT_EQ(models.size(), 3u);
  EXPECT_EQ(lengths.size(), 3u);
}

TEST(SearchSpace, SamplesLogarithmicRangesEvenlyInTheLogarithm) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  SearchSpace space;
  space.add_float("lr", 1e-4, 1.0, {.log = true});
  space.add_int("n", 1, 1000, {.log = true});
  constexpr int kDraws = 4000;
  int small_rates = 0;
  int small_counts = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Configuration configuration = space.sample(random);
    small_rates += configuration.number("lr") < 1e-2 ? 1 : 0;
    small_counts += configuration.integer("n") <= 22 ? 1 : 0;
  }
  // Binomial(4000, p), p about 1/2: the deviation of the share is 0.0079 and six of them are 0.047: a false alarm in
  // less than 1e-8 of the runs. log(22.5 / 0.5) / log(1000.5 / 0.5) = 0.5008.
  EXPECT_NEAR(static_cast<double>(small_rates) / kDraws, 0.5, 0.047);
  EXPECT_NEAR(static_cast<double>(small_counts) / kDraws, 0.5008, 0.047);
}

TEST(SearchSpace, GivesTheSamePointsForTheSameSeed) {
  const SearchSpace space = every_kind_of_parameter();
  Random a(11, 3), b(11, 3), c(11, 4);
  const Configuration first = space.sample(a);
  EXPECT_EQ(first, space.sample(b));
  EXPECT_NE(first.hash(), space.sample(c).hash());
}

TEST(SearchSpace, CountsItsPoints) {
  EXPECT_EQ(SearchSpace().size(), 1u);
  EXPECT_EQ(small_finite_space().size(), 27u);
  EXPECT_EQ(every_kind_of_parameter().size(), std::nullopt);
  EXPECT_EQ(SearchSpace().add_float("x", 0.0, 0.3, {.step = 0.1}).size(), 4u);
  EXPECT_EQ(SearchSpace().add_float("x", 0.0, 0.35, {.step = 0.1}).size(), 4u);
  EXPECT_EQ(SearchSpace().add_int("n", 2, 9, {.step = 3}).size(), 3u);
  EXPECT_EQ(SearchSpace().add_repeat("l", 2, 5, {}).size(), 4u);
  EXPECT_EQ(SearchSpace().add_repeat("l", 0, 0, SearchSpace().add_float("x", 0.0, 1.0)).size(), 1u);
  EXPECT_EQ(SearchSpace().add_repeat("l", 1, 100, SearchSpace().add_int("x", 0, 9)).size(), std::nullopt);
}

TEST(SearchSpace, NumbersEveryPointOfAFiniteSpaceOnce) {
  const SearchSpace space = small_finite_space();
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < *space.size(); ++i) {
    const Configuration configuration = space.point(i);
    ASSERT_NO_THROW(space.validate(configuration));
    EXPECT_TRUE(seen.insert(configuration.canonical()).second) << configuration.canonical() << " came twice";
  }
  EXPECT_EQ(seen.size(), 27u);
  EXPECT_THROW(space.point(27), InternalError);
}

TEST(SearchSpace, GivesSampledAndNumberedPointsTheSameCanonicalForm) {
  const SearchSpace space = SearchSpace().add_float("x", -1.0, 1.0, {.step = 0.1});
  std::set<std::uint64_t> numbered;
  for (std::uint64_t i = 0; i < *space.size(); ++i) numbered.insert(space.point(i).hash());
  EXPECT_EQ(numbered.size(), 21u);
  Random random(5);
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(numbered.contains(space.sample(random).hash()));
  EXPECT_EQ(space.point(13).number("x"), 0.3) << "the steps of 0.1 are the numbers people write";
}

TEST(SearchSpace, SurvivesTheWayThroughJson) {
  for (const SearchSpace& space : {every_kind_of_parameter(), small_finite_space(), SearchSpace()}) {
    const Json json = Json::parse(space.to_json().dump());
    EXPECT_EQ(SearchSpace::from_json(json), space);
  }
}

TEST(SearchSpace, SaysWhereItsJsonIsWrong) {
  const auto read = [](const char* text) { return input_error([&] { SearchSpace::from_json(Json::parse(text)); }); };
  EXPECT_EQ(read("[]"), "search space: it must be an object, not []");
  EXPECT_EQ(read(R"({"parameter": []})"),
            "search space: it has an unknown key \"parameter\"; did you mean \"parameters\"?");
  EXPECT_EQ(read(R"({"parameters": [{"name": "x", "type": "float", "low": 0}]})"),
            "search space: parameters[0] lacks \"high\"");
  EXPECT_EQ(read(R"({"parameters": [{"name": "x", "type": "flat"}]})"),
            "search space: parameters[0] has the unknown type \"flat\"; did you mean \"float\"?");
  EXPECT_EQ(read(R"({"parameters": [{"name": "x", "type": "int", "low": 0.5, "high": 3}]})"),
            "search space: parameters[0] needs a whole number as \"low\", not 0.5");
  EXPECT_EQ(read(R"({"parameters": [{"name": "c", "type": "categorical",
                     "choices": ["a", {"name": "b", "parameters": [{"name": "d"}]}]}]})"),
            "search space: parameters[0].choices[1].parameters[0] lacks \"type\"");
  EXPECT_EQ(read(R"({"parameters": [{"name": "x", "type": "int", "low": 4, "high": 3}]})"),
            "parameter \"x\": its range is empty, since 4 is above 3");
}

}  // namespace
}  // namespace nascent
