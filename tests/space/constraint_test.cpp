#include "nascent/space/constraint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "contract/example_spaces.h"
#include "nascent/core/error.h"
#include "nascent/space/variation.h"
#include "support/seed.h"

namespace nascent {
namespace {

using testing::constrained_space;

std::string input_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no InputError)";
}

SearchSpace plain_space() {
  SearchSpace space;
  space.add_float("lr", 0.0, 1.0).add_int("depth", -100, 100).add_int("width", 0, 100);
  space.add_categorical("optimizer", {{"adam"}, {"sgd", SearchSpace().add_float("momentum", 0.0, 1.0)}});
  space.add_ordered("batch", {"16", "32", "64"}).add_ordered("size", {"small", "middle", "large"});
  space.add_repeat("layers", 0, 4, SearchSpace().add_int("filters", 1, 100).add_categorical("kind", {"a", "b"}));
  space.add_int("weight-decay", 0, 9);
  return space;
}

Json plain_point() {
  return {{"lr", 0.5},
          {"depth", 4},
          {"width", 10},
          {"optimizer", {{"sgd", {{"momentum", 0.25}}}}},
          {"batch", "32"},
          {"size", "middle"},
          {"layers", {{{"filters", 10}, {"kind", "a"}}, {{"filters", 30}, {"kind", "b"}}}},
          {"weight-decay", 3}};
}

bool holds(const std::string& expression, const Json& changes = Json::object()) {
  const SearchSpace space = plain_space();
  Json json = plain_point();
  json.update(changes);
  return Constraint(expression, space).allows(space.configuration_from_json(json));
}

TEST(Constraint, ComparesNumbers) {
  EXPECT_TRUE(holds("depth < width"));
  EXPECT_FALSE(holds("depth > width"));
  EXPECT_TRUE(holds("depth <= 4"));
  EXPECT_FALSE(holds("depth < 4"));
  EXPECT_TRUE(holds("depth >= 4 and depth == 4"));
  EXPECT_FALSE(holds("depth != 4"));
  EXPECT_TRUE(holds("0 < depth < width"));
  EXPECT_FALSE(holds("0 < depth < width < 5"));
}

TEST(Constraint, CalculatesWithTheUsualPrecedence) {
  EXPECT_TRUE(holds("depth + width * 2 == 24"));
  EXPECT_TRUE(holds("(depth + width) * 2 == 28"));
  EXPECT_TRUE(holds("width - depth - 1 == 5"));
  EXPECT_TRUE(holds("width / depth / 5 == lr"));
  EXPECT_TRUE(holds("2 ^ depth == 16"));
  EXPECT_TRUE(holds("2 ** 3 ** 2 == 128 * depth"));
  EXPECT_TRUE(holds("-depth ^ 2 == -16"));
  EXPECT_TRUE(holds("depth ^ -1 == 0.25"));
  EXPECT_TRUE(holds("width % depth == 2"));
  EXPECT_TRUE(holds("-1 % depth == 3"));
  EXPECT_TRUE(holds("abs(-depth) == 4 and sqrt(depth) == 2 and log(exp(depth)) == 4"));
  EXPECT_TRUE(holds("floor(lr) == 0 and ceil(lr) == 1 and round(lr * 5) == 3"));
  EXPECT_TRUE(holds("min(depth, width, 7) == 4 and max(depth, width, 7) == 10"));
  EXPECT_TRUE(holds("`weight-decay` == 3"));
}

TEST(Constraint, JoinsConditions) {
  EXPECT_TRUE(holds("depth == 4 or lr > 1"));
  EXPECT_TRUE(holds("lr > 1 and depth == 5 or width == 10"));
  EXPECT_FALSE(holds("lr > 1 and (depth == 5 or width == 10)"));
  EXPECT_TRUE(holds("not lr > 1 and not (depth == 5)"));
}

TEST(Constraint, ComparesCategories) {
  EXPECT_TRUE(holds("optimizer == \"sgd\""));
  EXPECT_TRUE(holds("'adam' != optimizer"));
  EXPECT_TRUE(holds("size <= 'middle' and size > \"small\" and 'large' > size"));
  EXPECT_TRUE(holds("batch == 32 and batch * 2 == 64 and batch == '32' and batch < '64'"));
}

TEST(Constraint, LooksIntoListsAndBranches) {
  EXPECT_TRUE(holds("len(layers) == 2"));
  EXPECT_TRUE(holds("sum(layers.filters) == 40 and min(layers.filters) == 10 and max(layers.filters) == 30"));
  EXPECT_TRUE(holds("optimizer.momentum == 0.25"));
  EXPECT_TRUE(holds("sum(layers.filters) == 0", {{"layers", Json::array()}}));
}

TEST(Constraint, HasNoSayAboutWhatIsNotActive) {
  const Json adam{{"optimizer", "adam"}};
  EXPECT_TRUE(holds("optimizer.momentum > 2", adam));
  EXPECT_TRUE(holds("not optimizer.momentum > 2", adam));
  EXPECT_TRUE(holds("optimizer == 'sgd' or optimizer.momentum > 2", adam));
  EXPECT_FALSE(holds("optimizer == 'sgd' and optimizer.momentum > 2", adam));
  EXPECT_TRUE(holds("optimizer == 'adam' and optimizer.momentum > 2", adam));
  EXPECT_TRUE(holds("max(layers.filters) > 1000", {{"layers", Json::array()}})) << "there is no largest of no values";
}

TEST(Constraint, TakesNumbersAsEqualThatDifferByRounding) {
  const SearchSpace space =
      SearchSpace().add_float("a", 0.0, 1.0, {.step = 0.1}).add_float("b", 0.0, 1.0, {.step = 0.1});
  const Configuration configuration = space.configuration_from_json({{"a", 0.1}, {"b", 0.2}});
  EXPECT_TRUE(Constraint("a + b == 0.3", space).allows(configuration));
  EXPECT_TRUE(Constraint("a + b <= 0.3", space).allows(configuration));
  EXPECT_FALSE(Constraint("a + b > 0.3", space).allows(configuration));
  EXPECT_FALSE(Constraint("a + b == 0.3001", space).allows(configuration));
}

TEST(Constraint, IsNotKeptByWhatIsNoNumber) {
  EXPECT_FALSE(holds("sqrt(-depth) < 5"));
  EXPECT_FALSE(holds("sqrt(-depth) != 5"));
  EXPECT_FALSE(holds("(depth - 4) / (depth - 4) == 1"));
  EXPECT_TRUE(holds("1 / (depth - 4) > 10")) << "infinite";
}

TEST(Constraint, PointsAtWhatIsWrong) {
  const SearchSpace space = plain_space();
  const auto error = [&](const std::string& expression) {
    const std::string message = input_error([&] { Constraint(expression, space); });
    const std::string prefix = "constraint \"" + expression + "\", column ";
    EXPECT_EQ(message.substr(0, prefix.size()), prefix) << message;
    return message.substr(std::min(message.size(), prefix.size()));
  };
  EXPECT_EQ(error(""), "1: it is empty; write a condition such as lr * batch <= 10");
  EXPECT_EQ(error("lr * bach <= 10"), "6: there is no parameter bach; did you mean \"batch\"?");
  EXPECT_EQ(error("weight_decay > 1"), "1: there is no parameter weight_decay; did you mean \"`weight-decay`\"?");
  EXPECT_EQ(error("optimizer.momentun > 0.5"),
            "11: there is no parameter momentun below optimizer; did you mean \"momentum\"?");
  EXPECT_EQ(error("lr.x > 0.5"), "4: there is nothing below lr, so no x");
  EXPECT_EQ(error("optimizer == \"sdg\""), "14: \"sdg\" is no category of optimizer (adam, sgd)");
  EXPECT_EQ(error("optimizer > 0.5"),
            "11: optimizer is one of the categories adam, sgd, but 0.5 is a number; compare like with like");
  EXPECT_EQ(error("optimizer < 'sgd'"),
            "11: the categories of optimizer and 'sgd' have no common order; use == or !=, or make the parameter an "
            "ordered one");
  EXPECT_EQ(error("lr == 'a'"), "4: lr is a number, but 'a' is a text; compare like with like");
  EXPECT_EQ(error("optimizer + 1 < 3"),
            "1: a number is needed, but optimizer is one of the categories adam, sgd; compare it, as in optimizer == "
            "\"adam\"");
  EXPECT_EQ(error("lr * 2"), "1: a condition is needed, but lr * 2 is a number; compare it, as in lr * 2 <= 10");
  EXPECT_EQ(error("layers > 2"), "1: a number is needed, but layers is a list; its length is len(layers)");
  EXPECT_EQ(error("layers.filters > 2"),
            "1: a number is needed, but layers.filters is a list of values; take sum(layers.filters), "
            "min(layers.filters) or max(layers.filters)");
  EXPECT_EQ(error("sum(layers.kind) > 2"), "5: sum needs numbers, but the values of layers.kind are categories");
  EXPECT_EQ(error("sum(lr) > 2"),
            "5: sum takes a parameter of the elements of a list, as in sum(layers.filters), but lr is a number");
  EXPECT_EQ(error("len(lr) > 2"), "5: len takes the name of one list, but lr is a number");
  EXPECT_EQ(error("sqr(lr) > 2"), "1: there is no function sqr; did you mean \"sqrt\"?");
  EXPECT_EQ(error("sqrt(lr, 2) > 2"), "1: sqrt takes one number, not 2");
  EXPECT_EQ(error("lr = 2"), "4: write == to compare");
  EXPECT_EQ(error("lr < 2 && depth > 3"), "8: write and");
  EXPECT_EQ(error("lr < 2 depth > 3"), "8: an operator or the end was expected, not depth");
  EXPECT_EQ(error("lr <"), "5: a parameter, a number or a text was expected, not the end");
  EXPECT_EQ(error("(lr < 2"), "8: a closing parenthesis was expected, not the end");
  EXPECT_EQ(error("optimizer == 'sgd"), "14: the quote that opens here is never closed; add a '");
  EXPECT_EQ(error("lr < 2x"), "6: this is no number; write numbers as in 10, 0.5 or 1e-3");
  EXPECT_EQ(error("lr < 2 ?"), "8: the sign ? means nothing here; remove it");
  EXPECT_EQ(error("1 < 2"),
            "1: it names no parameter of the search space, so it says nothing about a configuration; name one");
  EXPECT_EQ(error("(lr < 2) + 1 < 3"), "1: a number is needed, but (lr < 2) is true or false");
  EXPECT_NE(error(std::string(5000, '(') + "lr").find("nested too deeply"), std::string::npos);
  EXPECT_NE(error(std::string(5000, '-') + "lr < 1").find("nested too deeply"), std::string::npos);
}

TEST(Constraint, CountsColumnsInCharacters) {
  const SearchSpace space = SearchSpace().add_float("größe", 0.0, 1.0);
  EXPECT_EQ(input_error([&] { Constraint("größe < x", space); }),
            "constraint \"größe < x\", column 9: there is no parameter x (größe)");
}

class ConstrainedSpace : public ::testing::Test {
 protected:
  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
};

TEST_F(ConstrainedSpace, SamplesAndVariesWithinItsConstraints) {
  const SearchSpace space = constrained_space();
  Configuration other = space.sample(random_);
  for (int i = 0; i < 300; ++i) {
    const Configuration configuration = space.sample(random_);
    ASSERT_NO_THROW(space.validate(configuration));
    ASSERT_TRUE(space.allows(configuration));
    ASSERT_NO_THROW(space.validate(crossover(space, configuration, other, random_)));
    const std::optional<Configuration> child = mutate(space, configuration, random_);
    ASSERT_TRUE(child);
    ASSERT_NO_THROW(space.validate(*child));
    other = configuration;
    if (i >= 30) continue;
    for (const Configuration& neighbour : neighbours(space, configuration, random_))
      ASSERT_NO_THROW(space.validate(neighbour));
  }
}

TEST_F(ConstrainedSpace, StaysUniformAmongWhatIsAllowed) {
  SearchSpace space;
  space.add_int("a", 0, 9).add_int("b", 0, 9).add_int("free", 0, 9).add_constraint("a < b");
  std::map<std::string, int> seen;
  constexpr int kDraws = 9000;
  int free = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Configuration configuration = space.sample(random_);
    ++seen[std::to_string(configuration.integer("a")) + "<" + std::to_string(configuration.integer("b"))];
    free += configuration.integer("free") == 3;
  }
  EXPECT_EQ(seen.size(), 45u);
  // 200 are expected of each pair with a standard deviation of 14; of 46 counts one is off by 6 of them in 10^7 runs.
  for (const auto& [pair, count] : seen) EXPECT_NEAR(count, kDraws / 45, 85) << pair;
  EXPECT_NEAR(free, kDraws / 10, 6 * std::sqrt(kDraws * 0.1 * 0.9));
}

TEST_F(ConstrainedSpace, FindsPointsOfTightConstraints) {
  SearchSpace sum;
  sum.add_int("a", 0, 100).add_int("b", 0, 100).add_int("c", 0, 100).add_int("d", 0, 100);
  sum.add_constraint("a + b + c + d == 200");
  SearchSpace sorted;
  for (int i = 0; i < 10; ++i) sorted.add_float("x" + std::to_string(i), 0.0, 1.0);
  for (int i = 0; i < 9; ++i) sorted.add_constraint("x" + std::to_string(i) + " < x" + std::to_string(i + 1));
  SearchSpace many;
  for (int i = 0; i < 40; i += 2) {
    const std::string a = "x" + std::to_string(i);
    const std::string b = "x" + std::to_string(i + 1);
    many.add_float(a, 0.0, 1.0).add_float(b, 0.0, 1.0).add_constraint(a + " < " + b);
  }
  for (const SearchSpace& space : {sum, sorted, many}) {
    Configuration last = space.sample(random_);
    for (int i = 0; i < 5; ++i) {
      const Configuration configuration = space.sample(random_);
      ASSERT_NO_THROW(space.validate(configuration));
      const std::optional<Configuration> child = mutate(space, configuration, random_);
      ASSERT_TRUE(child);
      ASSERT_NO_THROW(space.validate(*child));
      ASSERT_NE(child->canonical(), configuration.canonical());
      ASSERT_NO_THROW(space.validate(crossover(space, configuration, last, random_)));
      last = configuration;
    }
  }
}

TEST_F(ConstrainedSpace, SaysThatItHasHardlyAnyPoint) {
  const SearchSpace space = SearchSpace().add_int("a", 0, 9).add_int("b", 0, 9).add_constraint("a + b > 100");
  EXPECT_EQ(input_error([&] { space.sample(random_); }),
            "search space: the constraint \"a + b > 100\" allows hardly any point, for 1000 random draws found none; "
            "loosen it or narrow the ranges");
  EXPECT_FALSE(repaired(space, space.point(0), random_));
}

TEST_F(ConstrainedSpace, RepairsANearbyPoint) {
  SearchSpace space = SearchSpace().add_int("a", 0, 99).add_int("b", 0, 99).add_int("c", 0, 99);
  const Configuration configuration = space.configuration_from_json({{"a", 50}, {"b", 20}, {"c", 77}});
  EXPECT_EQ(repaired(space, configuration, random_), configuration);
  space.add_constraint("a < b");
  for (int i = 0; i < 50; ++i) {
    const Configuration near = repaired(space, configuration, random_).value();
    EXPECT_LT(near.integer("a"), near.integer("b"));
    EXPECT_EQ(near.integer("c"), 77) << "no constraint names it";
  }
}

TEST_F(ConstrainedSpace, NamesTheConstraintThatAConfigurationBreaks) {
  const SearchSpace space = constrained_space();
  const Json layer{{"filters", 64}, {"groups", 1}};
  EXPECT_EQ(input_error([&] {
              space.configuration_from_json({{"model", "linear"}, {"lr", 0.5}, {"batch", "64"}, {"width", "narrow"}});
            }),
            "configuration: it breaks the constraint \"lr * batch <= 10\" (lr is 0.5, batch is 64)");
  EXPECT_EQ(input_error([&] {
              space.configuration_from_json({{"model", {{"network", {{"layers", {layer, layer, layer}}}}}},
                                             {"lr", 0.01},
                                             {"batch", "64"},
                                             {"width", "narrow"}});
            }),
            "configuration: model=network breaks the constraint \"sum(layers.filters) <= 128\" (layers.filters is 64, "
            "64, 64)");
  EXPECT_EQ(input_error([&] {
              space.configuration_from_json({{"model", {{"network", {{"layers", {{{"filters", 8}, {"groups", 3}}}}}}}},
                                             {"lr", 0.01},
                                             {"batch", "64"},
                                             {"width", "narrow"}});
            }),
            "configuration: model=network/layers[0] breaks the constraint \"groups <= filters / 4\" (groups is 3, "
            "filters is 8)");
}

TEST_F(ConstrainedSpace, IsSavedWithItsConstraintsAndOrders) {
  const SearchSpace space = constrained_space();
  const SearchSpace copy = SearchSpace::from_json(Json::parse(space.to_json().dump()));
  EXPECT_EQ(copy, space);
  EXPECT_EQ(copy.to_json(), space.to_json());
  EXPECT_EQ(copy.constraints().size(), 2u);
  EXPECT_NE(copy, SearchSpace::from_json(testing::every_kind_of_parameter().to_json()));
  for (int i = 0; i < 50; ++i) EXPECT_NO_THROW(space.validate(copy.sample(random_)));
  Json broken = space.to_json();
  broken["constraints"][0] = "lr * bach <= 10";
  EXPECT_EQ(input_error([&] { SearchSpace::from_json(broken); }),
            "constraint \"lr * bach <= 10\", column 6: there is no parameter bach; did you mean \"batch\"?");
}

}  // namespace
}  // namespace nascent
