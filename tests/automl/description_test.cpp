#include "automl/description.h"

#include <gtest/gtest.h>

#include "automl/joint_space.h"

namespace nascent {
namespace {

Family family_of(std::string name, std::size_t firsts) {
  Family family{.name = name, .label = name, .space = SearchSpace().add_int("depth", 1, 9), .first = {}};
  for (std::size_t i = 0; i < firsts; ++i) {
    Configuration configuration;
    configuration.set("depth", static_cast<std::int64_t>(i + 1));
    family.first.push_back(configuration);
  }
  return family;
}

TEST(Description, NamesTheFamilyAndRoundsItsNumbers) {
  Configuration trees;
  trees.set("learning_rate", 0.0123456789);
  trees.set("max_depth", std::int64_t{6});
  Configuration joint;
  joint.set("model", ChoiceValue{"boosted_trees", trees});
  EXPECT_EQ(describe(joint), "boosted_trees: learning_rate 0.0123, max_depth 6");
  EXPECT_EQ(describe(joint, 20), "boosted_trees: le...");
}

TEST(Description, ListsTheElementsOfARepeat) {
  Configuration first;
  first.set("filters", std::int64_t{16});
  Configuration second;
  second.set("filters", std::int64_t{32});
  Configuration network;
  network.set("stages", std::vector<Element>{{1, first}, {2, second}});
  network.set("pooling", ChoiceValue{"max", {}});
  EXPECT_EQ(describe(network), "stages [filters 16 | filters 32], pooling max");
}

TEST(Description, OfADesignedNetworkGivesItsSizeAndHowItWasTrained) {
  Trial trial;
  trial.configuration.set("dropout", 0.25);
  trial.configuration.set("augmentation", ChoiceValue{"crop", {}});
  EXPECT_EQ(describe(trial), "dropout 0.25, augmentation crop") << "nothing is known of its network";
  trial.details = {{"network", "3 stages, 8-16-24 filters, 5,026 parameters"}};
  EXPECT_EQ(describe(trial), "3 stages, 8-16-24 filters, 5,026 parameters; augmentation crop");
  trial.configuration = {};
  EXPECT_EQ(describe(trial), "3 stages, 8-16-24 filters, 5,026 parameters");
}

TEST(JointSpace, FirstConfigurationsTakeTurnsAndAreValid) {
  const StartedSpace joined = join_families({family_of("a", 2), family_of("b", 1), family_of("c", 3)});
  std::vector<std::string> order;
  for (const Configuration& first : joined.first) {
    joined.space.validate(first);
    order.push_back(first.choice("model") + std::to_string(first.branch("model").integer("depth")));
  }
  EXPECT_EQ(order, (std::vector<std::string>{"a1", "b1", "c1", "a2", "c2", "c3"}));
}

}  // namespace
}  // namespace nascent
