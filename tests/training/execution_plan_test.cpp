#include "training/execution_plan.h"

#include <gtest/gtest.h>

#include <set>

#include "support/macro_networks.h"
#include "support/seed.h"

namespace nascent {
namespace {

/// Convolution, normalization, addition of the input and a rectification.
Architecture residual_block() {
  Architecture net({4, 6, 6});
  net.append("conv", Convolution{.filters = 4}, 0);
  net.append("norm", BatchNorm{}, 1);
  net.append("sum", Add{}, {2, 0});
  net.append("relu", Activation{}, 3);
  return net;
}

TEST(ExecutionPlan, TheEndOfAResidualBlockIsOneStep) {
  const std::vector<ExecutionStep> steps = plan_execution(residual_block());
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].node, 1);
  EXPECT_EQ(steps[0].last_reads, std::vector<int>{}) << "the input is added later";
  EXPECT_EQ(steps[1].node, 4);
  EXPECT_EQ(steps[1].norm, 2);
  EXPECT_TRUE(steps[1].relu);
  EXPECT_EQ(steps[1].reads, (std::vector<int>{1, 0}));
  EXPECT_EQ((std::set<int>(steps[1].last_reads.begin(), steps[1].last_reads.end())), (std::set<int>{0, 1}));
}

TEST(ExecutionPlan, ANormalizationThatTwoReadIsAStepOfItsOwn) {
  Architecture net = residual_block();
  net.append("again", Add{}, {4, 2});
  const std::vector<ExecutionStep> steps = plan_execution(net);
  ASSERT_EQ(steps.size(), 5U);
  EXPECT_EQ(steps[1].node, 2);
  EXPECT_FALSE(steps[1].relu);
}

TEST(ExecutionPlan, OtherActivationsAreNotTakenForARectification) {
  Architecture net({4, 6, 6});
  net.append("norm", BatchNorm{}, 0);
  net.append("silu", Activation{ActivationKind::kSilu}, 1);
  EXPECT_EQ(plan_execution(net).size(), 2U);
}

TEST(ExecutionPlan, OfTwoNormalizationsTheLaterTakesTheAddition) {
  Architecture net({4, 6, 6});
  net.append("a", BatchNorm{}, 0);
  net.append("b", BatchNorm{}, 0);
  net.append("sum", Add{}, {1, 2});
  const std::vector<ExecutionStep> steps = plan_execution(net);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].norm, 1);
  EXPECT_EQ(steps[1].norm, 2);
  EXPECT_EQ(steps[1].reads, (std::vector<int>{0, 1}));
}

TEST(ExecutionPlan, EveryStepReadsWhatAnEarlierOneMadeAndNothingThatWasGivenUp) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const NetworkSpace networks = testing::macro_networks({3, 32, 32}, 4);
  for (int i = 0; i < 100; ++i) {
    const Architecture net = networks.build(networks.space.sample(random), {});
    std::set<int> there{0};
    for (const ExecutionStep& step : plan_execution(net)) {
      for (const int read : step.reads) ASSERT_TRUE(there.contains(read)) << net.node(step.node).name;
      for (const int read : step.last_reads) there.erase(read);
      there.insert(step.node);
    }
    ASSERT_EQ(there, std::set<int>{net.last()}) << "only the output is left";
  }
}

}  // namespace
}  // namespace nascent
