// Points that the traits of a space forbid.

#include <gtest/gtest.h>

#include "nascent/core/error.h"
#include "nascent/space/variation.h"
#include "support/seed.h"

namespace nascent {
namespace {

std::int64_t total(const Configuration& configuration) {
  std::int64_t sum = 0;
  for (const Element& layer : configuration.elements("layers")) sum += layer.values.integer("units");
  return sum;
}

/// Networks of up to `limit` units.
SearchSpace limited(std::int64_t limit) {
  SearchSpace space;
  space.add_repeat("layers", 1, 6, SearchSpace().add_int("units", 1, 50)).add_float("rate", 0.0, 1.0);
  space.set_traits({.allowed = [limit](const Configuration& configuration) { return total(configuration) <= limit; }});
  return space;
}

class Allowed : public ::testing::Test {
 protected:
  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
};

TEST_F(Allowed, PointsAreDrawnAndVariedWithinTheLimits) {
  const SearchSpace space = limited(40);
  EXPECT_TRUE(space.is_constrained());
  Configuration configuration = space.sample(random_);
  Configuration other = space.sample(random_);
  for (int i = 0; i < 300; ++i) {
    ASSERT_LE(total(space.sample(random_)), 40);
    for (const Configuration& next : neighbours(space, configuration, random_)) ASSERT_LE(total(next), 40);
    other = crossover(space, configuration, other, random_);
    ASSERT_LE(total(other), 40);
    const std::optional<Configuration> child = mutate(space, configuration, random_);
    ASSERT_TRUE(child);
    ASSERT_LE(total(*child), 40);
    ASSERT_NO_THROW(space.validate(*child));
    configuration = *child;
  }
}

TEST_F(Allowed, APointBeyondTheLimitsIsNotAllowedNotValidAndNotRepaired) {
  const SearchSpace free = limited(1000);
  const SearchSpace space = limited(40);
  Configuration large = free.sample(random_);
  large.set("layers", std::vector<Element>(1, large.elements("layers").front()));
  std::get<std::vector<Element>>(*large.find("layers")).front().values.set("units", std::int64_t{50});
  EXPECT_TRUE(free.allows(large));
  EXPECT_FALSE(space.allows(large));
  EXPECT_FALSE(repaired(space, large, random_));
  try {
    space.validate(large);
    FAIL() << "it must be refused";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("beyond the limits"), std::string::npos) << error.what();
  }
}

TEST_F(Allowed, LimitsBelowACategoryAndBesideConstraintsCountToo) {
  SearchSpace branch = limited(60);
  branch.add_constraint("len(layers) >= 2");
  SearchSpace space;
  space.add_categorical("model", {{"none"}, {"network", branch}});
  EXPECT_TRUE(space.is_constrained());
  for (int i = 0; i < 200; ++i) {
    const Configuration drawn = space.sample(random_);
    ASSERT_TRUE(space.allows(drawn));
    if (drawn.choice("model") == "none") continue;
    const Configuration& network = drawn.branch("model");
    ASSERT_LE(total(network), 60);
    ASSERT_GE(network.elements("layers").size(), 2u);
    const std::optional<Configuration> child = mutate(space, drawn, random_);
    ASSERT_TRUE(child && space.allows(*child));
  }
}

TEST_F(Allowed, LimitsThatAllowNothingAreAnError) {
  const SearchSpace space = limited(0);
  try {
    space.sample(random_);
    FAIL() << "there is no such point";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("hardly any point"), std::string::npos) << error.what();
  }
  const Configuration point = limited(1000).sample(random_);
  EXPECT_FALSE(mutate(space, point, random_));
  EXPECT_TRUE(neighbours(space, point, random_).empty());
}

TEST_F(Allowed, WithoutALimitNothingIsConstrained) {
  SearchSpace space = limited(5);
  space.set_traits({});
  EXPECT_FALSE(space.is_constrained());
}

}  // namespace
}  // namespace nascent
