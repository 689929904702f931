#include "nascent/learner/image_family.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"
#include "support/seed.h"

namespace nascent {
namespace {

const NetworkTask kFashion{.input = {1, 28, 28}, .outputs = 10, .count = 60000};

TEST(ImageFamily, JoinsTheNetworksWithTheirTraining) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (const NetworkSpaceKind& kind : network_space_kinds()) {
    NetworkSpaceOptions options;
    options.kind = kind.name;
    options.limits.parameters = 200'000;
    const NetworkSpace networks = make_network_space(options, kFashion);
    const Family family = image_family(options, kFashion);
    ASSERT_EQ(family.first.size(), networks.first.size());
    for (std::size_t i = 0; i < family.first.size(); ++i) {
      EXPECT_NO_THROW(family.space.validate(family.first[i]));
      EXPECT_EQ(networks.build(family.first[i], {}), networks.build(networks.first[i], {}));
      EXPECT_DOUBLE_EQ(family.first[i].branch("optimizer").number("learning_rate"), 0.4);
    }
    for (int i = 0; i < 20; ++i)
      EXPECT_LE(networks.build(family.space.sample(random), {}).parameters(), options.limits.parameters);
  }
}

TEST(ImageFamily, GivenHyperparametersReplaceTheUsualOnesOfTheirName) {
  NetworkSpaceOptions options;
  options.training.add_ordered("batch_size", {"32", "64"})
      .add_float("label_smoothing", 0.0, 0.1)
      .add_int("patience", 1, 5);
  const Family family = image_family(options, kFashion);
  EXPECT_EQ(*family.space.find("batch_size"), *options.training.find("batch_size"));
  EXPECT_EQ(*family.space.find("patience"), *options.training.find("patience"));
  ASSERT_NE(family.space.find("augmentation"), nullptr);
  for (const Configuration& first : family.first) {
    EXPECT_NO_THROW(family.space.validate(first));
    EXPECT_DOUBLE_EQ(first.number("label_smoothing"), 0.05) << "the usual value is still in the range";
  }
}

TEST(ImageFamily, AHyperparameterMustNotHaveTheNameOfAParameterOfTheNetwork) {
  NetworkSpaceOptions options;
  options.training.add_int("stages", 1, 2);
  EXPECT_THROW(image_family(options, kFashion), InputError);
}

}  // namespace
}  // namespace nascent
