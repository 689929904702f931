// What all kinds of network spaces have in common: their table, and limits.

#include "nascent/architecture/network_space.h"

#include <gtest/gtest.h>

#include "architecture/error_text.h"
#include "nascent/space/variation.h"
#include "support/seed.h"

namespace nascent {
namespace {

using testing::input_error_of;

const NetworkTask kFashion{.input = {1, 28, 28}, .outputs = 10, .count = 60000};

NetworkSpaceOptions options_of(const std::string& kind, NetworkLimits limits = {}) {
  NetworkSpaceOptions options;
  options.kind = kind;
  options.limits = limits;
  return options;
}

TEST(NetworkSpace, EveryKindHasANameAndHelpAndMakesASpaceThatStartsSmall) {
  for (const NetworkSpaceKind& kind : network_space_kinds()) {
    SCOPED_TRACE(kind.name);
    EXPECT_FALSE(kind.help.empty());
    const NetworkSpace space = make_network_space(options_of(kind.name), kFashion);
    EXPECT_EQ(space.kind, kind.name);
    ASSERT_FALSE(space.first.empty());
    for (const Configuration& first : space.first) {
      EXPECT_NO_THROW(space.space.validate(first));
      EXPECT_GE(space.build(first, {}).parameters(), space.build(space.first.front(), {}).parameters());
    }
  }
}

TEST(NetworkSpace, AnUnknownKindIsNamedWithNearMatches) {
  const std::string error = input_error_of([] { make_network_space(options_of("macr"), kFashion); });
  EXPECT_EQ(error, "there is no kind of network space \"macr\"; did you mean \"macro\"?");
}

TEST(NetworkSpace, LimitsHoldForStartingPointsDrawsAndMutations) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const NetworkLimits limits{.parameters = 60'000, .multiply_adds = 8'000'000};
  for (const NetworkSpaceKind& kind : network_space_kinds()) {
    SCOPED_TRACE(kind.name);
    const NetworkSpace space = make_network_space(options_of(kind.name, limits), kFashion);
    std::vector<Configuration> points = space.first;
    for (int i = 0; i < 20; ++i) points.push_back(space.space.sample(random));
    Configuration configuration = points.back();
    for (int i = 0; i < 50; ++i) {
      const std::optional<Configuration> next = mutate(space.space, configuration, random);
      if (!next) break;
      configuration = *next;
      points.push_back(configuration);
    }
    EXPECT_GT(points.size(), 50u);
    for (const Configuration& point : points) {
      EXPECT_NO_THROW(space.space.validate(point));
      const Architecture net = space.build(point, {});
      EXPECT_LE(net.parameters(), limits.parameters);
      EXPECT_LE(net.multiply_adds(), limits.multiply_adds);
    }
  }
}

TEST(NetworkSpace, StartingPointsShrinkOnlyAsFarAsTheyMust) {
  const NetworkSpace free = make_network_space(options_of("macro"), kFashion);
  const NetworkSpace limited = make_network_space(options_of("macro", {.parameters = 120'000}), kFashion);
  ASSERT_EQ(limited.first.size(), free.first.size());
  EXPECT_EQ(limited.first[0], free.first[0]);
  const std::int64_t shrunk = limited.build(limited.first[3], {}).parameters();
  EXPECT_TRUE(shrunk > 60'000 && shrunk <= 120'000) << shrunk;
}

TEST(NetworkSpace, TheLargerNetworkOfTheEndKeepsTheLimitsToo) {
  NetworkSpaceOptions options = options_of("macro", {.parameters = 120'000});
  options.final_network = {.cells = 2, .filters = 1.5};
  const NetworkSpace space = make_network_space(options, kFashion);
  for (const Configuration& first : space.first)
    EXPECT_LE(space.build(first, options.final_network).parameters(), 120'000);
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (int i = 0; i < 20; ++i)
    EXPECT_LE(space.build(space.space.sample(random), options.final_network).parameters(), 120'000);
}

TEST(NetworkSpace, OptionsComeBackFromJson) {
  NetworkSpaceOptions options = options_of("macro", {.parameters = 5, .multiply_adds = 6, .latency_ms = 0.5});
  options.settings = {{"kernels", {3, 5}}};
  options.final_network = {.cells = 2, .filters = 1.5};
  options.training.add_float("rate", 0.0, 1.0).add_categorical("optimizer", {"sgd"});
  EXPECT_EQ(NetworkSpaceOptions::from_json(Json::parse(options.to_json().dump())), options);
  EXPECT_EQ(NetworkSpaceOptions::from_json(NetworkSpaceOptions().to_json()), NetworkSpaceOptions());
  EXPECT_NE(input_error_of([] {
              NetworkSpaceOptions::from_json({{"kind", "macro"}});
            }).find("cannot be read"),
            std::string::npos);
}

TEST(NetworkSpace, LimitsThatNoNetworkKeepsAreAnError) {
  const std::string error =
      input_error_of([] { make_network_space(options_of("macro", {.parameters = 10}), kFashion); });
  EXPECT_NE(error.find("hardly any of its networks keeps the limit of 10 parameters"), std::string::npos) << error;
  EXPECT_NE(
      input_error_of([] { make_network_space(options_of("macro", {.parameters = -1}), kFashion); }).find("0 (none)"),
      std::string::npos);
}

}  // namespace
}  // namespace nascent
