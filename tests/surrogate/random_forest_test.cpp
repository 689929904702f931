#include "surrogate/random_forest.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/seed.h"

namespace nascent {
namespace {

/// One tree that sees every observation and every feature.
constexpr ForestOptions kPlainTree{
    .trees = 1, .feature_share = 1.0, .fewest_to_split = 2.0, .fewest_in_leaf = 1.0, .bootstrap = false};

struct Sample {
  std::vector<float> features;
  std::vector<double> targets;
};

TEST(RandomForest, APlainTreeReproducesWhatItWasGrownFrom) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  Sample sample;
  for (int i = 0; i < 200; ++i) {
    sample.features.push_back(static_cast<float>(random.uniform()));
    sample.features.push_back(static_cast<float>(random.below(70)));  // more categories than bits in a word
    sample.targets.push_back(1e6 + random.normal());
  }
  RandomForest forest({0, 70}, kPlainTree);
  forest.fit(sample.features, sample.targets, random);
  for (std::size_t i = 0; i < 200; ++i) {
    const auto [mean, variance] = forest.predict(std::span(sample.features).subspan(2 * i, 2));
    // The differences of targets of 1e6 are exact to 1e-10.
    EXPECT_NEAR(mean, sample.targets[i], 1e-8) << i;
    EXPECT_NEAR(variance, 0.0, 1e-9) << i;
  }
}

TEST(RandomForest, SplitsWhereTheSquaredErrorFallsMost) {
  // A step between 0.2 and 0.8 in the second feature; the first says nothing.
  const std::vector<float> features{0.1f, 0.0f, 0.9f, 0.2f, 0.2f, 0.8f, 0.8f, 1.0f};
  const std::vector<double> targets{1.0, 1.0, 5.0, 5.0};
  RandomForest forest({0, 0}, kPlainTree);
  Random random(3);
  forest.fit(features, targets, random);
  for (const float noise : {0.0f, 0.5f, 1.0f}) {
    EXPECT_DOUBLE_EQ(forest.predict(std::vector{noise, 0.1f}).mean, 1.0);
    EXPECT_DOUBLE_EQ(forest.predict(std::vector{noise, 0.9f}).mean, 5.0);
  }
}

TEST(RandomForest, DividesCategoriesIntoTheBestTwoSubsets) {
  // The good categories 0, 2 and 4 are no interval of the numbers, but one split tells them from the others.
  std::vector<float> features;
  std::vector<double> targets;
  for (int i = 0; i < 30; ++i) {
    features.push_back(static_cast<float>(i % 6));
    targets.push_back(i % 2 == 0 ? 0.0 : 10.0);
  }
  ForestOptions one_split = kPlainTree;
  one_split.fewest_to_split = 30.0;
  RandomForest forest({6}, one_split);
  Random random(4);
  forest.fit(features, targets, random);
  for (int c = 0; c < 6; ++c)
    EXPECT_DOUBLE_EQ(forest.predict(std::vector{static_cast<float>(c)}).mean, c % 2 == 0 ? 0.0 : 10.0) << c;
}

TEST(RandomForest, SaysMeanAndVarianceOfItsLeaves) {
  ForestOptions stump = kPlainTree;
  stump.fewest_to_split = 100.0;
  RandomForest forest({0}, stump);
  Random random(5);
  forest.fit(std::vector{0.0f, 0.5f, 1.0f}, std::vector{1.0, 2.0, 6.0}, random);
  EXPECT_DOUBLE_EQ(forest.predict(std::vector{0.3f}).mean, 3.0);
  EXPECT_NEAR(forest.predict(std::vector{0.3f}).variance, (4.0 + 1.0 + 9.0) / 3.0, 1e-12);
  forest.add(std::vector{0.3f}, 7.0);
  EXPECT_DOUBLE_EQ(forest.predict(std::vector{0.3f}).mean, 4.0);
  EXPECT_NEAR(forest.predict(std::vector{0.3f}).variance, (9.0 + 4.0 + 4.0 + 9.0) / 4.0, 1e-12);
}

TEST(RandomForest, IsLessSureAwayFromItsObservations) {
  std::vector<float> features;
  std::vector<double> targets;
  for (int i = 0; i <= 20; ++i) {
    // Nothing between 0.5 and 1.
    const float x = i <= 10 ? 0.05f * static_cast<float>(i) : 1.0f + 0.05f * static_cast<float>(i - 11);
    features.push_back(x);
    targets.push_back(3.0 * static_cast<double>(x));
  }
  RandomForest forest({0}, {.trees = 200});
  Random random(6);
  forest.fit(features, targets, random);
  EXPECT_GT(forest.predict(std::vector{0.75f}).variance, 4.0 * forest.predict(std::vector{0.25f}).variance);
  // Halfway, half of the trees believe each side; 200 trees make it sure to 0.1 or so.
  EXPECT_NEAR(forest.predict(std::vector{0.75f}).mean, 2.25, 0.4);
}

TEST(RandomForest, LearnsASmoothFunction) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const auto truth = [](float x, float y, float c) {
    return std::sin(5.0 * static_cast<double>(x)) + static_cast<double>(y * y) + (c == 1.0f ? 1.0 : 0.0);
  };
  const auto drawn = [&] {
    return std::vector{static_cast<float>(random.uniform()), static_cast<float>(random.uniform()),
                       static_cast<float>(random.below(3))};
  };
  Sample sample;
  for (int i = 0; i < 500; ++i) {
    const std::vector<float> row = drawn();
    sample.features.insert(sample.features.end(), row.begin(), row.end());
    sample.targets.push_back(truth(row[0], row[1], row[2]));
  }
  RandomForest forest({0, 0, 3});
  forest.fit(sample.features, sample.targets, random);
  double errors = 0.0;
  for (int i = 0; i < 500; ++i) {
    const std::vector<float> row = drawn();
    const double error = forest.predict(row).mean - truth(row[0], row[1], row[2]);
    errors += error * error / 500.0;
  }
  // The targets have a variance of about 0.9; the forest explains 98 % of it.
  EXPECT_LT(errors, 0.05);
}

TEST(RandomForest, IsTheSameForTheSameStream) {
  Random data(7);
  Sample sample;
  for (int i = 0; i < 100; ++i) {
    for (int f = 0; f < 4; ++f) sample.features.push_back(static_cast<float>(data.uniform()));
    sample.targets.push_back(data.normal());
  }
  RandomForest one({0, 0, 0, 0}), same({0, 0, 0, 0}), other({0, 0, 0, 0});
  Random a(1), b(1), c(2);
  one.fit(sample.features, sample.targets, a);
  same.fit(sample.features, sample.targets, a);
  same.fit(sample.features, sample.targets, b);
  other.fit(sample.features, sample.targets, c);
  const std::vector<float> row{0.2f, 0.4f, 0.6f, 0.8f};
  EXPECT_EQ(one.predict(row).mean, same.predict(row).mean);
  EXPECT_EQ(one.predict(row).variance, same.predict(row).variance);
  EXPECT_NE(one.predict(row).mean, other.predict(row).mean);
}

TEST(RandomForest, SurvivesObservationsThatAreAllAlike) {
  RandomForest forest({0, 2});
  Random random(8);
  forest.fit(std::vector{0.5f, 1.0f, 0.5f, 1.0f, 0.5f, 1.0f}, std::vector{2.0, 2.0, 2.0}, random);
  EXPECT_DOUBLE_EQ(forest.predict(std::vector{0.1f, 0.0f}).mean, 2.0);
  forest.fit(std::vector{0.5f, 1.0f, 0.5f, 1.0f}, std::vector{1.0, 3.0}, random);
  EXPECT_GT(forest.predict(std::vector{0.5f, 1.0f}).variance, 0.0) << "what no feature tells apart is noise";
}

}  // namespace
}  // namespace nascent
