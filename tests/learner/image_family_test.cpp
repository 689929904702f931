#include "nascent/learner/image_family.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"
#include "nascent/space/space_file.h"
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
      .add_float("clip_gradients", 0.5, 5.0);
  const Family family = image_family(options, kFashion);
  EXPECT_EQ(*family.space.find("batch_size"), *options.training.find("batch_size"));
  EXPECT_EQ(*family.space.find("clip_gradients"), *options.training.find("clip_gradients"));
  ASSERT_NE(family.space.find("augmentation"), nullptr);
  for (const Configuration& first : family.first) {
    EXPECT_NO_THROW(family.space.validate(first));
    EXPECT_DOUBLE_EQ(first.number("label_smoothing"), 0.05) << "the usual value is still in the range";
  }
}

TEST(ImageFamily, FixedValuesBecomeWhatTrainingReads) {
  NetworkSpaceOptions options;
  options.training =
      space_from_toml("batch_size = 256\noptimizer = \"adamw\"\nlabel_smoothing = 0\naveraging = \"ema\"", "nets.toml");
  const Family family = image_family(options, kFashion);
  for (const Configuration& first : family.first) {
    EXPECT_NO_THROW(family.space.validate(first));
    EXPECT_EQ(first.choice("batch_size"), "256");
    EXPECT_EQ(first.choice("averaging"), "ema");
    EXPECT_DOUBLE_EQ(first.number("label_smoothing"), 0.0);
    EXPECT_GE(first.branch("optimizer").number("learning_rate"), 3e-4) << "what was left out is usual";
  }
}

TEST(ImageFamily, StartingPointsTrainByThePlainRecipe) {
  for (const Configuration& first : image_family(NetworkSpaceOptions(), kFashion).first) {
    EXPECT_EQ(first.choice("schedule"), "one_cycle");
    EXPECT_DOUBLE_EQ(first.number("mixup"), 0.0);
    EXPECT_EQ(first.choice("averaging"), "none");
  }
}

TEST(ImageFamily, WhatTrainingDoesNotKnowIsAnError) {
  const auto mistake = [](const std::string& text) -> std::string {
    NetworkSpaceOptions options;
    options.training = space_from_toml(text, "nets.toml");
    try {
      image_family(options, kFashion);
    } catch (const InputError& error) {
      return error.what();
    }
    return "(no InputError)";
  };
  const std::string start = "hyperparameter ";
  EXPECT_EQ(mistake("mixupp = 0.1"),
            start + "\"mixupp\" of training: there is none of this name; did you mean \"mixup\"?");
  EXPECT_EQ(mistake("schedule = \"cosin\""),
            start + "\"schedule\" of training: there is no \"cosin\"; did you mean \"cosine\"?");
  EXPECT_EQ(mistake("batch_size = \"many\""),
            start + "\"batch_size\" of training: \"many\" is no whole number from 1 to 999999");
  EXPECT_EQ(mistake("batch_size = { int = [16, 32] }"),
            start + "\"batch_size\" of training: it is one of several categories, as in { choice = [\"64\"] }");
  EXPECT_EQ(mistake("mixup = { choice = [0.0, 0.2] }"),
            start + "\"mixup\" of training: it is a number or a range of numbers, as in { float = [0.0, 0.1] }");
  EXPECT_EQ(mistake("mixup = -0.1"), start + "\"mixup\" of training: it must not be below 0");
  EXPECT_EQ(mistake("[optimizer.choice.sgd]\nlearning_rat = 0.1"),
            start + "\"learning_rat\" of training: there is none of this name; did you mean \"learning_rate\"?");
}

}  // namespace
}  // namespace nascent
