#include "nascent/learner/dense_network.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"

namespace nascent::testing {
namespace {

TableTraits traits_for(TaskKind kind) {
  Task task{.kind = kind, .target = "y", .classes = {}};
  if (kind == TaskKind::kMulticlass) task.classes = {"a", "b", "c"};
  return {.task = task, .rows = 1'000, .numeric_features = 5, .categorical_features = 3, .largest_cardinality = 12};
}

TEST(DenseNetworkFamily, StartsFromPointsOfItsSpace) {
  for (const TaskKind kind : {TaskKind::kMulticlass, TaskKind::kRegression}) {
    const Family family = dense_network_family(traits_for(kind));
    ASSERT_FALSE(family.first.empty());
    for (const Configuration& first : family.first) EXPECT_NO_THROW(family.space.validate(first)) << first.canonical();
    EXPECT_EQ(family.space.find("label_smoothing") != nullptr, kind == TaskKind::kMulticlass);
    EXPECT_EQ(preprocessing_of(family.name, family.first.front()).numbers, Preprocessing::Numbers::kRobust);
  }
}

TEST(DenseNetworkFamily, KeepsTheLimitsOfItsNetworks) {
  const NetworkSpaceOptions options{.limits = {.parameters = 5'000}};
  const Family family = dense_network_family(traits_for(TaskKind::kMulticlass), options);
  const NetworkSpace networks = make_network_space({}, {.input = {8, 0, 0}, .outputs = 3});
  Random random(3);
  for (int i = 0; i < 20; ++i) {
    EXPECT_LE(networks.build(family.space.sample(random), {}).parameters(), 5'000);
  }
}

}  // namespace
}  // namespace nascent::testing
