#include "nascent/training/zero_cost.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nascent/architecture/network_space.h"
#include "support/seed.h"
#include "training/image_problem.h"
#include "training/network.h"

namespace nascent::testing {
namespace {

constexpr std::uint64_t kSeed = 5;

/// Convolution, normalization, rectifier, classes.
Architecture small_network(int filters) {
  Architecture net({1, 8, 8});
  net.append("convolution", Convolution{.filters = filters}, net.last());
  net.append("norm", BatchNorm{}, net.last());
  net.append("relu", Activation{}, net.last());
  net.append("pool", GlobalAveragePool{}, net.last());
  net.append("classes", Dense{.units = 4}, net.last());
  return net;
}

TEST(ZeroCost, SynflowOfAChainIsTheNumberOfItsLayersTimesTheProductOfItsWeights) {
  Architecture net({3, 1, 1});
  net.append("flat", Flatten{}, net.last());
  net.append("first", Dense{.units = 5, .bias = false}, net.last());
  net.append("second", Dense{.units = 2, .bias = false}, net.last());
  const ImageSet images = ImageSet::from_pixels(3, 1, 1, {1, 2, 3, 9, 8, 7}, {0, 1});
  Random random(kSeed);
  const Network drawn(net, random);  // the same draw
  torch::Tensor product = torch::ones({3, 1}, torch::kFloat64);
  for (const torch::Tensor& weight : drawn.parameters())
    product = weight.detach().abs().to(torch::kFloat64).matmul(product);
  // Every weight's share of the output is counted once in each of the two layers.
  const double expected = std::log(2.0 * product.sum().item<double>());
  EXPECT_NEAR(zero_cost_score("synflow", net, images, row_range(0, 2), kSeed).value(), expected, 1e-9);
}

TEST(ZeroCost, SynflowIsFiniteWhereFloat32WouldOverflow) {
  Architecture net({1, 8, 8});
  for (int layer = 0; layer < 40; ++layer) {
    const std::string name = "layer " + std::to_string(layer);
    net.append(name, Convolution{.filters = 32}, net.last());
    net.append(name + " norm", BatchNorm{}, net.last());
  }
  net.append("pool", GlobalAveragePool{}, net.last());
  net.append("classes", Dense{.units = 4}, net.last());
  const double score = zero_cost_score("synflow", net, quarter_images(8, 1), row_range(0, 8), kSeed).value();
  EXPECT_GT(score, std::log(1e38));
}

TEST(ZeroCost, ImagesThatAreTheSameHaveNoDeterminantAndDifferentOnesDo) {
  const ImageSet different = quarter_images(16, 3);
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 16; ++i) pixels.insert(pixels.end(), different.pixels().begin(), different.pixels().begin() + 64);
  const ImageSet same = ImageSet::from_pixels(1, 8, 8, pixels, std::vector<std::int32_t>(16, 0));
  EXPECT_FALSE(zero_cost_score("naswot", small_network(8), same, row_range(0, 16), kSeed));
  EXPECT_TRUE(zero_cost_score("naswot", small_network(8), different, row_range(0, 16), kSeed));
}

TEST(ZeroCost, MoreRectifiersTellImagesBetterApart) {
  const ImageSet images = quarter_images(32, 3);
  const double few = zero_cost_score("naswot", small_network(4), images, row_range(0, 32), kSeed).value();
  const double many = zero_cost_score("naswot", small_network(32), images, row_range(0, 32), kSeed).value();
  EXPECT_GT(many, few);
}

TEST(ZeroCost, WithoutRectifiersThereIsNoCodeToCompare) {
  Architecture net({1, 8, 8});
  net.append("flat", Flatten{}, net.last());
  net.append("classes", Dense{.units = 4}, net.last());
  const ImageSet images = quarter_images(8, 3);
  EXPECT_FALSE(zero_cost_score("naswot", net, images, row_range(0, 8), kSeed));
  EXPECT_TRUE(zero_cost_score("gradient_norm", net, images, row_range(0, 8), kSeed));
}

TEST(ZeroCost, AreTheSameForOneSeedAndFiniteOnNetworksOfEverySpace) {
  const std::uint64_t seed = test_seed();
  const ::testing::ScopedTrace trace(__FILE__, __LINE__, seed_note(seed));
  const ImageSet images = quarter_images(16, seed);
  Random random(seed);
  for (const char* kind : {"macro", "cell", "nasnet"}) {
    const NetworkSpace space =
        make_network_space({.kind = kind, .limits = {.multiply_adds = 2'000'000}}, {.input = {1, 8, 8}, .outputs = 4});
    for (int i = 0; i < 3; ++i) {
      const Architecture net = space.build(space.space.sample(random), {});
      for (const char* name : kZeroCostScores) {
        const std::optional<double> once = zero_cost_score(name, net, images, row_range(0, 16), kSeed);
        EXPECT_EQ(once, zero_cost_score(name, net, images, row_range(0, 16), kSeed)) << kind << " " << name;
        const bool may_have_none = name == std::string("naswot") || name == std::string("jacobian_covariance");
        EXPECT_TRUE(once || may_have_none) << kind << " " << name;
      }
    }
  }
}

}  // namespace
}  // namespace nascent::testing
