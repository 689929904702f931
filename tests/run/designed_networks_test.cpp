#include "run/designed_networks.h"

#include <gtest/gtest.h>

#include "run/fidelity_axes.h"

namespace nascent {
namespace {

FitPlan plan_of_cells() {
  FitPlan plan;
  plan.kind = DataKind::kImages;
  plan.task = {.kind = TaskKind::kMulticlass, .target = "class", .classes = {"a", "b", "c"}};
  plan.images = ImageSchema{.task = plan.task, .channels = 3, .height = 28, .width = 20};
  plan.network.emplace();
  plan.network->kind = "cell";
  plan.network->final_network.filters = 2.0;
  return plan;
}

/// The largest of the first networks, with 16 filters and 4 cells a stage.
Configuration large(const FitPlan& plan) {
  Configuration configuration = make_network_space(*plan.network, network_task(plan)).first.back();
  configuration.set("filters", std::int64_t{16});
  configuration.set("cells", std::int64_t{4});
  return configuration;
}

std::size_t nodes_named(const Architecture& network, const std::string& part) {
  std::size_t count = 0;
  for (const auto& node : network.nodes()) count += node.name.find(part) != std::string::npos ? 1 : 0;
  return count;
}

TEST(DesignedNetworks, AreEnlargedOnlyWhereATrialGetsAll) {
  const FitPlan plan = plan_of_cells();
  const DesignedNetworks networks(plan);
  const Configuration configuration = large(plan);
  EXPECT_GT(networks.build(configuration, {}).parameters(),
            2 * networks.build(configuration, {{kEpochsAxis, 1.0}}).parameters());
}

TEST(DesignedNetworks, HaveFewerFiltersOrCellsOrSmallerImagesAtALowerFidelity) {
  const FitPlan plan = plan_of_cells();
  const DesignedNetworks networks(plan);
  const Configuration configuration = large(plan);
  const Architecture whole = networks.build(configuration, {{kEpochsAxis, 1.0}});
  EXPECT_LT(networks.build(configuration, {{kFiltersAxis, 0.5}}).parameters(), whole.parameters() / 2);

  const Architecture half = networks.build(configuration, {{kCellsAxis, 0.5}});
  EXPECT_EQ(nodes_named(half, "cell-3"), 0U);
  EXPECT_GT(nodes_named(half, "cell-2"), 0U);
  EXPECT_GT(nodes_named(whole, "cell-4"), 0U);

  const Architecture small = networks.build(configuration, {{kResolutionAxis, 0.5}});
  EXPECT_EQ(small.input_shape(), (Shape{3, 14, 10}));
  EXPECT_EQ(small.parameters(), whole.parameters());
  EXPECT_EQ(small.output_shape(), whole.output_shape());
}

}  // namespace
}  // namespace nascent
