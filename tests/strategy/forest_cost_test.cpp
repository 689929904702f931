#include <gtest/gtest.h>

#include "contract/strategy_trials.h"
#include "support/seed.h"

namespace nascent::testing {
namespace {

/// How many of 60 trials fall to a branch that is as good as the other one and takes a hundred times as long.
int slow_trials(const std::string& strategy_name, std::uint64_t seed) {
  SearchSpace space;
  space.add_categorical("model", {"quick", "slow"}).add_float("x", 0.0, 1.0);
  const auto strategy = make_strategy(strategy_name, {space, {{"loss", false}}, seed});
  int slow = 0;
  for (std::int64_t number = 0; number < 60; ++number) {
    const Proposal proposal = strategy->suggest(number, {}).value();
    const double x = proposal.configuration.number("x");
    const bool is_slow = proposal.configuration.choice("model") == "slow";
    slow += is_slow ? 1 : 0;
    Trial trial = completed(running_trial(number, proposal), (x - 0.3) * (x - 0.3));
    trial.cost_seconds = is_slow ? 100.0 : 1.0;
    strategy->observe(trial);
  }
  return slow;
}

// Ten trials at the start and a tenth of the others are random: eight slow ones on average. Without costs it is half
// of all. Twenty is five standard deviations from eight.
TEST(Forest, AvoidsWhatTakesLongWhereItIsNoBetter) {
  const std::uint64_t seed = test_seed();
  const ::testing::ScopedTrace trace(__FILE__, __LINE__, seed_note(seed));
  EXPECT_LT(slow_trials("forest:per_second=1", seed), 20);
}

}  // namespace
}  // namespace nascent::testing
