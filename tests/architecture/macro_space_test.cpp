#include "nascent/architecture/macro_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/seed.h"

namespace nascent {
namespace {

const ImageTraits kFashion{.channels = 1, .height = 28, .width = 28, .classes = 10};

std::int64_t largest_stage_count(const SearchSpace& space) {
  return std::get<RepeatDomain>(space.find("stages")->domain).maximum;
}

TEST(MacroSpace, EveryPointBuildsANetworkForItsImages) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (const int side : {1, 2, 5, 8, 28, 33, 64}) {
    const ImageTraits traits{.channels = 3, .height = side, .width = side + 3, .classes = 7};
    const SearchSpace space = macro_space(traits);
    for (int i = 0; i < 40; ++i) {
      const Architecture net = build_macro(space.sample(random), {3, side, side + 3}, 7);
      ASSERT_EQ(net.output_shape(), (Shape{7, 0, 0})) << "side " << side;
    }
  }
}

TEST(MacroSpace, SmallImagesAllowFewerStages) {
  EXPECT_EQ(largest_stage_count(macro_space({.channels = 1, .height = 4, .width = 28})), 1);
  EXPECT_EQ(largest_stage_count(macro_space({.channels = 1, .height = 8, .width = 8})), 2);
  EXPECT_EQ(largest_stage_count(macro_space(kFashion)), 3);
  EXPECT_EQ(largest_stage_count(macro_space({.channels = 3, .height = 32, .width = 32})), 4);
  EXPECT_EQ(largest_stage_count(macro_space({.channels = 3, .height = 256, .width = 256})), 4);
}

TEST(MacroSpace, TheFirstNetworksArePointsOfTheSpaceAndTheLastIsTheCheapest) {
  for (const int side : {4, 8, 28, 32, 64}) {
    const ImageTraits traits{.channels = 1, .height = side, .width = side, .classes = 10};
    const SearchSpace space = macro_space(traits);
    std::vector<std::int64_t> costs;
    for (const Configuration& first : first_macro_networks(traits)) {
      EXPECT_NO_THROW(space.validate(first));
      costs.push_back(build_macro(first, {1, side, side}, 10).multiply_adds());
    }
    EXPECT_EQ(std::min_element(costs.begin(), costs.end()) - costs.begin(), 2) << "side " << side;
  }
}

TEST(MacroSpace, LimitsHoldForTheSpaceAndForWhereItStarts) {
  const MacroLimits limits{.stages = 2, .blocks = 1, .filters = 16};
  const SearchSpace space = macro_space(kFashion, limits);
  EXPECT_EQ(largest_stage_count(space), 2);
  for (const Configuration& first : first_macro_networks(kFashion, limits)) EXPECT_NO_THROW(space.validate(first));
}

TEST(MacroSpace, TheResidualNetworkHalvesTheResolutionInEveryStageButTheFirst) {
  const Architecture net = build_macro(first_macro_networks(kFashion)[1], {1, 28, 28}, 10);
  EXPECT_EQ(net.node(net.find("stage-1/convolution")).shape, (Shape{16, 28, 28}));
  EXPECT_EQ(net.node(net.find("stage-2/convolution")).shape, (Shape{32, 14, 14}));
  EXPECT_EQ(net.node(net.find("stage-3/convolution")).shape, (Shape{64, 7, 7}));
  EXPECT_GE(net.find("stage-3/block-1/add"), 0);
  EXPECT_EQ(summary(net), "3 stages, 16-32-64 filters, 121,274 parameters");
}

TEST(MacroSpace, NodesCarryTheIdentitiesOfTheElementsTheyComeFrom) {
  Configuration network = first_macro_networks(kFashion)[1];
  std::vector<Element> stages = network.elements("stages");
  stages.erase(stages.begin());
  stages[0].identity = 42;
  network.set("stages", stages);
  const Architecture net = build_macro(network, {1, 28, 28}, 10);
  EXPECT_EQ(net.find("stage-1/convolution"), -1);
  EXPECT_GE(net.find("stage-42/block-1/convolution-1"), 0);
  EXPECT_GE(net.find("stage-3/block-1/convolution-2"), 0);
}

TEST(MacroSpace, EveryKindOfBlockPoolingAndHeadIsBuilt) {
  Configuration network = first_macro_networks(kFashion)[1];
  std::vector<Element> stages = network.elements("stages");
  std::vector<Element> blocks = stages[1].values.elements("blocks");
  blocks[0].values.set("kind", ChoiceValue{"separable", {}});
  blocks[0].values.set("kernel", ChoiceValue{"5", {}});
  blocks[0].values.set("skip", ChoiceValue{"no", {}});
  stages[1].values.set("blocks", blocks);
  stages[1].values.set("pooling", ChoiceValue{"average", {}});
  stages[2].values.set("pooling", ChoiceValue{"max", {}});
  network.set("stages", stages);
  Configuration dense;
  dense.set("units", std::int64_t{64});
  network.set("dense", ChoiceValue{"some", dense});
  network.set("activation", ChoiceValue{"silu", {}});
  network.set("dropout", 0.3);
  network.set("resolution", ChoiceValue{"half", {}});
  const Architecture net = build_macro(network, {1, 28, 28}, 10);

  const auto operation = [&](const char* name) { return net.node(net.find(name)).operation; };
  EXPECT_EQ(operation("stage-1/convolution"), Operation(Convolution{.filters = 16, .kernel = 3, .stride = 2}));
  EXPECT_EQ(operation("stage-2/pool"), Operation(AveragePool{}));
  EXPECT_EQ(operation("stage-3/pool"), Operation(MaxPool{}));
  EXPECT_EQ(operation("stage-2/block-1/convolution-1"),
            Operation(Convolution{.filters = 32, .kernel = 5, .stride = 1, .groups = 32}));
  EXPECT_EQ(operation("stage-2/block-1/convolution-2"), Operation(Convolution{.filters = 32, .kernel = 1}));
  EXPECT_EQ(net.find("stage-2/block-1/add"), -1);
  EXPECT_EQ(operation("dense"), Operation(Dense{.units = 64}));
  EXPECT_EQ(operation("activation-dense"), Operation(Activation{ActivationKind::kSilu}));
  EXPECT_EQ(operation("dropout"), Operation(Dropout{0.3}));
}

TEST(MacroSpace, DifferentChoicesMakeDifferentNetworks) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const SearchSpace space = macro_space(kFashion);
  std::set<std::uint64_t> hashes;
  for (int i = 0; i < 100; ++i) hashes.insert(build_macro(space.sample(random), {1, 28, 28}, 10).canonical_hash());
  // A few coincide: with one stage at full resolution its way of pooling does not matter. A third of the points has one
  // stage, a third of these no block, and half of these full resolution; even they differ by filters and head.
  EXPECT_GT(hashes.size(), 80U);
}

}  // namespace
}  // namespace nascent
