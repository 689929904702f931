#include "contract/search_strategy_contract.h"
#include "nascent/core/error.h"

namespace nascent::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Strategies, SearchStrategyContract, ::testing::ValuesIn(strategies()),
                         [](const auto& tested) { return test_name(tested.param); });

TEST(StrategyRegistry, MakesAStrategyByName) {
  const StrategySetup setup{small_finite_space(), {{"loss", false}}, 1};
  for (const StrategyEntry& entry : strategies()) EXPECT_EQ(make_strategy(entry.name, setup)->name(), entry.name);
}

TEST(StrategyRegistry, SaysWhatAnUnknownNameMayHaveMeant) {
  const auto message_for = [](const std::string& name) -> std::string {
    try {
      make_strategy(name, {.space = {}, .objectives = {{"loss", false}}});
    } catch (const InputError& error) {
      return error.what();
    }
    return "(none)";
  };
  EXPECT_EQ(message_for("randon"), "there is no search strategy \"randon\"; did you mean \"random\"?");
  EXPECT_EQ(message_for("simplex").find("there is no search strategy \"simplex\"; choose one of auto, random"), 0u);
}

}  // namespace
}  // namespace nascent::testing
