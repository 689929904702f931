#include "training/inherit.h"

#include <gtest/gtest.h>

#include <fstream>

#include "nascent/core/error.h"
#include "support/temporary_folder.h"
#include "training/weights_file.h"

namespace nascent {
namespace {

Architecture network_of(int filters) {
  Architecture net({2, 6, 6});
  net.append("conv", Convolution{.filters = filters}, 0);
  net.append("norm", BatchNorm{}, net.last());
  net.append("pool", GlobalAveragePool{}, net.last());
  net.append("classes", Dense{.units = 3}, net.last());
  return net;
}

template <typename Options>
OptimizerState state_after(Network& network, const Options& options, int steps) {
  FlatOptimizer optimizer(network.optimizer_members(), options);
  torch::manual_seed(7);
  for (int i = 0; i < steps; ++i) {
    optimizer.zero_gradients();
    network.forward(torch::randn({4, 2, 6, 6}), Precision::kFloat32).square().sum().backward();
    optimizer.step(0.01, 0.0);
  }
  return optimizer.state();
}

TEST(Inherit, MomentsFollowTheirWeightsAndNewOnesAreZero) {
  Random random(1);
  Network parent(network_of(4), random);
  const OptimizerState state = state_after(parent, SgdOptions{}, 3);
  Network child(network_of(6), random);
  const InheritancePlan plan = plan_inheritance(parent.architecture(), child.architecture());
  const OptimizerState inherited = inherit_state(plan, parent, child, state);
  const torch::Tensor momentum = inherited.at("conv:weight#momentum");
  ASSERT_EQ(momentum.size(0), 6);
  EXPECT_TRUE(torch::equal(momentum.narrow(0, 0, 4), state.at("conv:weight#momentum")));
  EXPECT_GT(momentum.narrow(0, 0, 4).abs().sum().item<double>(), 0.0);
  EXPECT_EQ(momentum.narrow(0, 4, 2).abs().sum().item<double>(), 0.0);
  const torch::Tensor classes = inherited.at("classes:weight#momentum");
  EXPECT_TRUE(torch::equal(classes.narrow(1, 0, 4), state.at("classes:weight#momentum")));
  EXPECT_EQ(classes.narrow(1, 4, 2).abs().sum().item<double>(), 0.0);

  FlatOptimizer optimizer(child.optimizer_members(), SgdOptions{});
  optimizer.restore(inherited);
  EXPECT_TRUE(torch::equal(optimizer.state().at("conv:weight#momentum"), momentum));
}

/// With its state from a file an optimizer goes the way it would have gone.
template <typename Options>
void expect_to_go_on(const Options& options) {
  Random random(2);
  const testing::TemporaryFolder folder;
  Network once(network_of(4), random);
  Network again(network_of(4), random);
  const OptimizerState state = state_after(once, options, 4);
  save_weights(once, folder / "weights.pt", state);
  load_weights(again, folder / "weights.pt");
  const OptimizerState loaded = load_optimizer_state(folder / "weights.pt");
  ASSERT_EQ(loaded.size(), state.size());

  FlatOptimizer first(once.optimizer_members(), options);
  FlatOptimizer second(again.optimizer_members(), options);
  first.restore(state);
  second.restore(loaded);
  for (FlatOptimizer* optimizer : {&first, &second}) {
    optimizer->zero_gradients();
    Network& network = optimizer == &first ? once : again;
    network.forward(torch::ones({4, 2, 6, 6}), Precision::kFloat32).square().sum().backward();
    optimizer->step(0.01, 0.0);
  }
  EXPECT_TRUE(torch::equal(first.values(), second.values()));
}
TEST(Inherit, AnOptimizerGoesOnFromAFile) {
  expect_to_go_on(SgdOptions{});
  expect_to_go_on(AdamWOptions{});
}

TEST(Inherit, AFileWithoutStateHasNoneAndADamagedOneIsAnError) {
  Random random(3);
  const testing::TemporaryFolder folder;
  const Network network(network_of(4), random);
  save_weights(network, folder / "weights.pt");
  EXPECT_TRUE(load_optimizer_state(folder / "weights.pt").empty());
  std::ofstream(folder / "damaged.pt") << "no archive";
  EXPECT_THROW(load_optimizer_state(folder / "damaged.pt"), InputError);
  EXPECT_THROW(load_optimizer_state(folder / "missing.pt"), InputError);
}

}  // namespace
}  // namespace nascent
