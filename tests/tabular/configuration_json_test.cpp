#include "tabular/configuration_json.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"
#include "nascent/space/search_space.h"
#include "support/seed.h"

namespace nascent::testing {
namespace {

TEST(ConfigurationFromPlainJson, GivesBackEveryKindOfValue) {
  SearchSpace layer;
  layer.add_int("units", 1, 9).add_float("dropout", 0.0, 1.0);
  SearchSpace space;
  space.add_float("rate", 0.0, 2.0)
      .add_float("whole", 0.0, 4.0, {.step = 1.0})  // 3.0 must not come back as an integer
      .add_int("count", 1, 100)
      .add_categorical("plain", {"a", "b"})
      .add_categorical("branching", {{"x", SearchSpace().add_int("depth", 1, 3)}, {"y"}})
      .add_repeat("layers", 0, 4, layer);
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  Random random(seed);
  for (int i = 0; i < 50; ++i) {
    const Configuration configuration = space.sample(random);
    const Configuration back = configuration_from_plain_json(Json::parse(configuration.to_json().dump()));
    EXPECT_EQ(back.canonical(), configuration.canonical());
    EXPECT_NO_THROW(space.validate(back));
    EXPECT_DOUBLE_EQ(back.number("whole"), configuration.number("whole"));
    EXPECT_EQ(back.integer("count"), configuration.integer("count"));
    ASSERT_EQ(back.elements("layers").size(), configuration.elements("layers").size());
    for (std::size_t e = 0; e < back.elements("layers").size(); ++e) {
      EXPECT_EQ(back.elements("layers")[e].identity, configuration.elements("layers")[e].identity);
    }
  }
}

TEST(ConfigurationFromPlainJson, NamesAValueThatIsNone) {
  try {
    configuration_from_plain_json(Json::parse(R"({"depth": null})"));
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("depth"), std::string::npos);
  }
}

}  // namespace
}  // namespace nascent::testing
