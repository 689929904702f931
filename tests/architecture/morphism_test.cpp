#include "nascent/architecture/morphism.h"

#include <gtest/gtest.h>

#include <map>

#include "architecture/network_draft.h"
#include "architecture/reference_network.h"
#include "support/macro_networks.h"
#include "support/seed.h"

namespace nascent {
namespace {

using testing::NetworkDraft;

/// A network with everything a morphism must find its way through.
NetworkDraft cell_network() {
  NetworkDraft net{.input = {2, 6, 6}, .lines = {}};
  net.add("stem", Convolution{.filters = 4}).add("stem-norm", BatchNorm{});
  net.add("a-relu", Activation{}).add("a", Convolution{.filters = 4}).add("a-norm", BatchNorm{});
  net.add("b-pool", AveragePool{3, 1, 1}, {"stem-norm"});
  net.add("sum", Add{}, {"a-norm", "b-pool", "stem-norm"}).add("relu", Activation{});
  net.add("depthwise", Convolution{.filters = 4, .kernel = 3, .groups = 4}).add("gate", SqueezeExcite{2});
  net.add("join", Concatenate{}, {"gate", "relu"}).add("reduce", MaxPool{});
  net.add("last", Convolution{.filters = 4, .kernel = 1, .bias = true}).add("silu", Activation{ActivationKind::kSilu});
  net.add("grouped", Convolution{.filters = 4, .kernel = 3, .groups = 2, .bias = true});
  net.add("flatten", Flatten{}).add("drop", Dropout{0.2}).add("dense", Dense{.units = 4});
  net.add("dense-relu", Activation{}).add("classes", Dense{.units = 3});
  return net;
}

struct Difference {
  double inference = 0.0;
  double training = 0.0;
  Exactness claimed = Exactness::kApproximate;
};

Difference difference_after(const Architecture& parent, const Morphed& morphed, Random& random) {
  const InheritancePlan plan = plan_inheritance(parent, morphed.architecture, morphed.origins);
  const auto weights = testing::random_weights(parent, random);
  const auto inherited = testing::inherit(parent, weights, morphed.architecture, plan, random);
  const auto batch = testing::random_batch(parent.input_shape(), 3, random);
  const auto apart = [&](bool training) {
    return testing::difference(testing::evaluate(parent, weights, batch, training),
                               testing::evaluate(morphed.architecture, inherited, batch, training));
  };
  return {.inference = apart(false), .training = apart(true), .claimed = plan.exactness};
}

TEST(Morphism, EveryRewriteKeepsTheFunction) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const Architecture net = cell_network().build();
  std::map<MorphismKind, int> applied;
  for (const Morphism& morphism : morphisms_of(net)) {
    const std::string what = std::string(name_of(morphism.kind)) + " " + morphism.node + " " + morphism.other;
    const std::optional<Morphed> morphed = apply(net, morphism);
    ASSERT_TRUE(morphed.has_value()) << what;
    morphed->architecture.verify();
    EXPECT_NE(morphed->architecture.canonical_hash(), net.canonical_hash()) << what;
    const Difference difference = difference_after(net, *morphed, random);
    EXPECT_LT(difference.inference, 1e-9) << what;
    if (difference.claimed == Exactness::kTraining) {
      EXPECT_LT(difference.training, 1e-7) << what;
    }
    // Only a normalization on the way differs in training.
    const bool may_differ = morphism.kind == MorphismKind::kInsertNorm || morphism.kind == MorphismKind::kDeepen;
    if (!may_differ) {
      EXPECT_EQ(difference.claimed, Exactness::kTraining) << what;
    }
    ++applied[morphism.kind];
  }
  EXPECT_EQ(applied.size(), 9u) << "a kind never applies";
}

TEST(Morphism, ChainsOfRewritesKeepTheFunctionOfMacroNetworks) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const NetworkSpace networks =
      testing::macro_networks({1, 8, 8}, 3, {{"stages", 2}, {"layers", 2}, {"filters", {8, 16}}});
  for (int start = 0; start < 12; ++start) {
    Architecture net = networks.build(networks.space.sample(random), {});
    for (int step = 0; step < 5; ++step) {
      const std::optional<Morphism> morphism = draw_morphism(net, random);
      ASSERT_TRUE(morphism.has_value());
      const std::optional<Morphed> morphed = apply(net, *morphism);
      ASSERT_TRUE(morphed.has_value());
      const Difference difference = difference_after(net, *morphed, random);
      ASSERT_LT(difference.inference, 1e-9) << name_of(morphism->kind) << " " << morphism->node << "\n"
                                            << net.to_json().dump();
      net = morphed->architecture;
    }
  }
}

TEST(Morphism, AWrongRecipeIsNoticed) {
  Random random(testing::test_seed());
  const Architecture parent = cell_network().build();
  const auto morphed = apply(parent, {.kind = MorphismKind::kWiden, .node = "stem", .amount = 6});
  ASSERT_TRUE(morphed.has_value());
  const Architecture& child = morphed->architecture;
  InheritancePlan plan = plan_inheritance(parent, child);
  // Listens to a channel that was not there before.
  std::vector<int>& inputs = plan.nodes[static_cast<std::size_t>(child.find("a"))].inputs;
  ASSERT_EQ(inputs, (std::vector<int>{0, 1, 2, 3, -1, -1}));
  inputs[4] = 0;
  const auto weights = testing::random_weights(parent, random);
  const auto inherited = testing::inherit(parent, weights, child, plan, random);
  const auto batch = testing::random_batch(parent.input_shape(), 3, random);
  EXPECT_GT(testing::difference(testing::evaluate(parent, weights, batch, false),
                                testing::evaluate(child, inherited, batch, false)),
            1e-6);
}

TEST(Morphism, WidensAllThatIsAddedAndFollows) {
  const Architecture net = cell_network().build();
  const std::optional<Morphed> morphed = apply(net, {.kind = MorphismKind::kWiden, .node = "a", .amount = 6});
  ASSERT_TRUE(morphed.has_value());
  const Architecture& wide = morphed->architecture;
  const auto channels = [&](const char* name) { return wide.node(wide.find(name)).shape.channels; };
  EXPECT_EQ(channels("stem"), 6);
  EXPECT_EQ(channels("sum"), 6);
  EXPECT_EQ(channels("depthwise"), 6);
  EXPECT_EQ(channels("join"), 12);
  EXPECT_EQ(channels("last"), 4);
}

TEST(Morphism, DoesNotApplyWhereItWouldChangeTheFunction) {
  const Architecture net = cell_network().build();
  const auto applies = [&](const Morphism& morphism) { return apply(net, morphism).has_value(); };
  EXPECT_FALSE(applies({.kind = MorphismKind::kDeepen, .node = "nothing"}));
  EXPECT_FALSE(applies({.kind = MorphismKind::kDeepen, .node = "relu"}));
  EXPECT_FALSE(applies({.kind = MorphismKind::kDeepen, .node = "classes"})) << "nothing may follow the output";
  EXPECT_FALSE(applies({.kind = MorphismKind::kWiden, .node = "classes", .amount = 5}));
  EXPECT_FALSE(applies({.kind = MorphismKind::kWiden, .node = "a", .amount = 3}));
  EXPECT_FALSE(applies({.kind = MorphismKind::kWiden, .node = "last", .amount = 6})) << "its groups would mix";
  EXPECT_FALSE(applies({.kind = MorphismKind::kGrowKernel, .node = "a", .amount = 4})) << "kernels are odd";
  EXPECT_FALSE(applies({.kind = MorphismKind::kAddSkip, .node = "a", .other = "join"})) << "stands behind";
  EXPECT_FALSE(applies({.kind = MorphismKind::kConcatenateSkip, .node = "reduce", .other = "relu"}));
  EXPECT_FALSE(applies({.kind = MorphismKind::kSplit, .node = "depthwise"}));

  NetworkDraft normalized = cell_network();
  normalized.insert_behind("sum", "layer-norm", LayerNorm{});
  EXPECT_FALSE(apply(normalized.build(), {.kind = MorphismKind::kWiden, .node = "stem", .amount = 6}).has_value());
}

TEST(Morphism, NamesNewNodesAfterTheOld) {
  Architecture net = cell_network().build();
  for (int i = 0; i < 2; ++i) net = apply(net, {.kind = MorphismKind::kDeepen, .node = "dense"})->architecture;
  EXPECT_GE(net.find("dense/deeper-1"), 0);
  EXPECT_GE(net.find("dense/deeper-2"), 0);
  EXPECT_GT(net.find("dense/deeper-1"), net.find("dense/deeper-2")) << "directly behind the layer";
  for (int i = 0; i < 2; ++i) {
    const auto morphed = apply(net, {.kind = MorphismKind::kAddSkip, .node = "relu", .other = "stem-norm"});
    ASSERT_TRUE(morphed.has_value());
    net = morphed->architecture;
  }
  EXPECT_GE(net.find("relu/skip-add-2"), 0);
}

}  // namespace
}  // namespace nascent
