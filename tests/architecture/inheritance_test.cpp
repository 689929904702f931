#include "nascent/architecture/inheritance.h"

#include <gtest/gtest.h>

#include "architecture/network_draft.h"
#include "architecture/reference_network.h"
#include "support/seed.h"

namespace nascent {
namespace {

using testing::NetworkDraft;
using Start = NodeInheritance::Start;

/// The plan, after what it claims has been computed.
InheritancePlan checked_plan(const NetworkDraft& parent_draft, const NetworkDraft& child_draft,
                             const Origins& origins = {}) {
  Random random(testing::test_seed());
  const Architecture parent = parent_draft.build();
  const Architecture child = child_draft.build();
  InheritancePlan plan = plan_inheritance(parent, child, origins);
  const auto weights = testing::random_weights(parent, random);
  const auto inherited = testing::inherit(parent, weights, child, plan, random);
  const auto batch = testing::random_batch(parent.input_shape(), 3, random);
  for (const bool training : {false, true}) {
    const bool claimed = plan.exactness >= (training ? Exactness::kTraining : Exactness::kInference);
    if (!claimed) continue;
    const double apart = testing::difference(testing::evaluate(parent, weights, batch, training),
                                             testing::evaluate(child, inherited, batch, training));
    EXPECT_LT(apart, 1e-9) << (training ? "in training" : "in inference");
  }
  return plan;
}

const NodeInheritance& node_of(const InheritancePlan& plan, const NetworkDraft& draft, const char* name) {
  return plan.nodes.at(static_cast<std::size_t>(draft.build().find(name)));
}

NetworkDraft residual_network() {
  NetworkDraft net{.input = {2, 5, 5}, .lines = {}};
  net.add("conv", Convolution{.filters = 4}).add("norm", BatchNorm{}).add("relu", Activation{});
  net.add("a", Convolution{.filters = 4}).add("a-norm", BatchNorm{}).add("a-relu", Activation{});
  net.add("b", Convolution{.filters = 4}).add("b-norm", BatchNorm{});
  net.add("add", Add{}, {"b-norm", "relu"}).add("add-relu", Activation{});
  net.add("pool", GlobalAveragePool{}).add("classes", Dense{.units = 3});
  return net;
}

TEST(Inheritance, KeepsEverythingOfTheSameNetwork) {
  const NetworkDraft net = residual_network();
  const InheritancePlan plan = checked_plan(net, net);
  EXPECT_EQ(plan.exactness, Exactness::kTraining);
  EXPECT_EQ(plan.inherited_parameters, net.build().parameters());
  EXPECT_EQ(plan.why_not_exact, "");
}

TEST(Inheritance, DoesNotListenToNewFilters) {
  NetworkDraft child = residual_network();
  std::get<Convolution>(child.line("a").operation).filters = 7;
  const InheritancePlan plan = checked_plan(residual_network(), child);
  EXPECT_EQ(plan.exactness, Exactness::kTraining);
  EXPECT_EQ(node_of(plan, child, "a").outputs, (std::vector<int>{0, 1, 2, 3, -1, -1, -1}));
  EXPECT_EQ(node_of(plan, child, "b").inputs, (std::vector<int>{0, 1, 2, 3, -1, -1, -1}));
  EXPECT_EQ(plan.inherited_parameters, residual_network().build().parameters());
}

TEST(Inheritance, StartsANewLayerAsTheIdentity) {
  NetworkDraft child = residual_network();
  child.insert_behind("add-relu", "new", Convolution{.filters = 4}).insert_behind("new", "new-norm", BatchNorm{});
  child.insert_behind("new-norm", "new-relu", Activation{});
  const InheritancePlan plan = checked_plan(residual_network(), child);
  EXPECT_EQ(plan.exactness, Exactness::kInference) << "a normalization uses the batch in training";
  EXPECT_EQ(node_of(plan, child, "new").start, Start::kIdentity);
  EXPECT_EQ(node_of(plan, child, "new-norm").start, Start::kIdentity);
}

TEST(Inheritance, StartsANewBranchAtZero) {
  NetworkDraft child = residual_network();
  child.insert_behind("relu", "new", Convolution{.filters = 4}).insert_behind("new", "new-norm", BatchNorm{});
  child.insert_behind("new-norm", "new-relu", Activation{});
  child.insert_behind("new-relu", "new-add", Add{}).line("new-add").inputs = {"new-relu", "relu"};
  const InheritancePlan plan = checked_plan(residual_network(), child);
  EXPECT_EQ(plan.exactness, Exactness::kTraining);
  EXPECT_EQ(node_of(plan, child, "new-norm").start, Start::kZero);
  EXPECT_EQ(node_of(plan, child, "new").start, Start::kFresh);
}

/// What a layer makes of a channel that is always zero is never seen: its weights may be anything.
NetworkDraft network_behind_zero() {
  NetworkDraft net{.input = {2, 3, 3}, .lines = {}};
  net.add("conv", Convolution{.filters = 4}).add("zero", Zero{}).add("dropout", Dropout{0.0});
  net.add("flatten", Flatten{}).add("classes", Dense{.units = 3});
  return net;
}

TEST(Inheritance, DoesNotListenToWhatComesInThePlaceOfZeros) {
  NetworkDraft child = network_behind_zero();
  child.insert_behind("dropout", "scale", Scale{}).line("scale").inputs = {"conv"};
  child.insert_behind("scale", "add", Add{}).line("add").inputs = {"dropout", "scale"};
  InheritancePlan plan = checked_plan(network_behind_zero(), child);
  EXPECT_EQ(plan.exactness, Exactness::kTraining);
  EXPECT_EQ(node_of(plan, child, "classes").inputs, std::vector<int>(36, -1));

  child = network_behind_zero();
  child.line("zero").operation = Identity{};
  plan = checked_plan(network_behind_zero(), child);
  EXPECT_EQ(plan.exactness, Exactness::kTraining);
}

TEST(Inheritance, LeavesTheZerosThatALayerNormalizationReads) {
  NetworkDraft parent{.input = {2, 3, 3}, .lines = {}};
  parent.add("conv", Convolution{.filters = 4}).add("zero", Zero{}).add("join", Concatenate{}, {"conv", "zero"});
  parent.add("norm", LayerNorm{}).add("pool", GlobalAveragePool{}).add("classes", Dense{.units = 3});
  EXPECT_EQ(checked_plan(parent, parent).exactness, Exactness::kTraining);
  NetworkDraft child = parent;
  child.line("zero").operation = Convolution{.filters = 4};
  EXPECT_EQ(checked_plan(parent, child).exactness, Exactness::kApproximate);
}

TEST(Inheritance, NamesTheFirstNodeThatChanged) {
  NetworkDraft child = residual_network();
  child.line("a-relu").operation = Activation{ActivationKind::kSilu};
  InheritancePlan plan = checked_plan(residual_network(), child);
  EXPECT_EQ(plan.exactness, Exactness::kApproximate);
  EXPECT_EQ(plan.why_not_exact, "node 'a-relu': activation changes what the parent has here");
  EXPECT_EQ(plan.inherited_parameters, residual_network().build().parameters());

  child = residual_network();
  std::get<Convolution>(child.line("b").operation).kernel = 1;
  plan = checked_plan(residual_network(), child);
  EXPECT_EQ(plan.exactness, Exactness::kApproximate);
  EXPECT_EQ(plan.why_not_exact.substr(0, 9), "node 'b':");
}

}  // namespace
}  // namespace nascent
