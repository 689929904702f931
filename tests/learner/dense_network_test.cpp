#include "nascent/learner/dense_network.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"

namespace nascent::testing {
namespace {

Task task_of(TaskKind kind) {
  Task task{.kind = kind, .target = "y", .classes = {}};
  if (kind == TaskKind::kMulticlass) task.classes = {"a", "b", "c"};
  return task;
}

Family family_for(TaskKind kind, const NetworkSpaceOptions& options = {}) {
  const Task task = task_of(kind);
  return dense_network_family(options,
                              {.input = {8, 0, 0}, .outputs = static_cast<int>(task.outputs()), .count = 1'000}, task);
}

TEST(DenseNetworkFamily, StartsFromPointsOfItsSpace) {
  for (const TaskKind kind : {TaskKind::kMulticlass, TaskKind::kRegression}) {
    const Family family = family_for(kind);
    ASSERT_FALSE(family.first.empty());
    for (const Configuration& first : family.first) EXPECT_NO_THROW(family.space.validate(first)) << first.canonical();
    EXPECT_EQ(family.space.find("label_smoothing") != nullptr, kind == TaskKind::kMulticlass);
    EXPECT_EQ(preprocessing_of(family.name, family.first.front()).numbers, Preprocessing::Numbers::kRobust);
  }
}

TEST(DenseNetworkFamily, KeepsTheLimitsOfItsNetworks) {
  const Family family = family_for(TaskKind::kMulticlass, {.limits = {.parameters = 5'000}});
  const NetworkSpace networks = make_network_space({}, {.input = {8, 0, 0}, .outputs = 3});
  Random random(3);
  for (int i = 0; i < 20; ++i) {
    EXPECT_LE(networks.build(family.space.sample(random), {}).parameters(), 5'000);
  }
}

TEST(DenseNetworkFamily, RefusesWhatIsForImages) {
  for (const NetworkSpaceOptions& options :
       {NetworkSpaceOptions{.kind = "cell"}, NetworkSpaceOptions{.limits = {.latency_ms = 1.0}},
        NetworkSpaceOptions{.final_network = {.cells = 2}},
        NetworkSpaceOptions{.training = SearchSpace().add_float("mixup", 0.0, 0.1)}})
    EXPECT_THROW(family_for(TaskKind::kRegression, options), InputError) << options.to_json();
}

}  // namespace
}  // namespace nascent::testing
