// The macro kind of network spaces, for images and for vectors.

#include <gtest/gtest.h>

#include <set>

#include "architecture/error_text.h"
#include "nascent/architecture/network_space.h"
#include "nascent/space/variation.h"
#include "support/seed.h"

namespace nascent {
namespace {

const NetworkTask kFashion{.input = {1, 28, 28}, .outputs = 10, .count = 60000};
const NetworkTask kTable{.input = {20, 0, 0}, .outputs = 1};

NetworkSpace macro(const NetworkTask& task, Json settings = Json::object()) {
  return make_network_space(
      {.kind = "macro", .settings = std::move(settings), .limits = {}, .final_network = {}, .training = {}}, task);
}

class MacroNetwork : public ::testing::Test {
 protected:
  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};

  static void check(const NetworkSpace& space, const Configuration& configuration, const NetworkTask& task) {
    const Architecture net = space.build(configuration, {});
    ASSERT_NO_THROW(net.verify());
    ASSERT_EQ(net.input_shape(), task.input);
    ASSERT_EQ(net.output_shape(), (Shape{task.outputs, 0, 0}));
  }
};

TEST_F(MacroNetwork, EveryPointAndEveryMutationOfItBuilds) {
  for (const NetworkTask& task : {kFashion, NetworkTask{.input = {3, 33, 41}, .outputs = 7},
                                  NetworkTask{.input = {1, 3, 5}, .outputs = 2}, kTable}) {
    const NetworkSpace space = macro(task);
    for (int i = 0; i < 40; ++i) {
      Configuration configuration = space.space.sample(random_);
      for (int edits = 0; edits < 5; ++edits) {
        SCOPED_TRACE(configuration.to_json().dump());
        ASSERT_NO_FATAL_FAILURE(check(space, configuration, task));
        configuration = mutate(space.space, configuration, random_).value();
      }
    }
  }
}

TEST_F(MacroNetwork, EverySettingAtItsWidestBuilds) {
  const Json settings = {{"kernels", {1, 3, 5, 7}},
                         {"skips", {"none", "add", "scaled", "concatenate"}},
                         {"normalizations", {"batch", "layer", "none"}},
                         {"groups", {2, 4, 8, 16}},
                         {"activations", {"relu", "silu", "gelu", "selu", "tanh"}},
                         {"layers", 6},
                         {"back", 12}};
  const NetworkSpace space = macro(kFashion, settings);
  for (int i = 0; i < 100; ++i) ASSERT_NO_FATAL_FAILURE(check(space, space.space.sample(random_), kFashion));
}

TEST_F(MacroNetwork, TheStartingPointsAreInTheSpaceAndGrow) {
  for (const NetworkTask& task : {kFashion, NetworkTask{.input = {3, 8, 8}, .outputs = 4}, kTable}) {
    const NetworkSpace space = macro(task);
    ASSERT_GE(space.first.size(), 3u);
    for (const Configuration& first : space.first) {
      ASSERT_NO_THROW(space.space.validate(first));
      check(space, first, task);
      EXPECT_GE(space.build(first, {}).parameters(), space.build(space.first.front(), {}).parameters());
    }
  }
  const NetworkSpace space = macro(kFashion);
  const std::int64_t smallest = space.build(space.first.front(), {}).parameters();
  const std::int64_t largest = space.build(space.first.back(), {}).parameters();
  EXPECT_TRUE(smallest > 2000 && smallest < 8000) << smallest;
  EXPECT_TRUE(largest > 300000 && largest < 500000) << largest;
}

TEST_F(MacroNetwork, SettingsBoundTheSpaceAndItsStartingPoints) {
  const Json settings = {{"stages", 2},       {"layers", 1},
                         {"filters", 16},     {"kinds", {"grouped"}},
                         {"kernels", {5}},    {"activations", {"gelu"}},
                         {"skips", {"none"}}, {"reductions", {"average"}},
                         {"dense", 0}};
  const NetworkSpace space = macro(kFashion, settings);
  std::vector<Configuration> points = space.first;
  for (int i = 0; i < 20; ++i) points.push_back(space.space.sample(random_));
  for (const Configuration& point : points) {
    ASSERT_NO_THROW(space.space.validate(point));
    const Architecture net = space.build(point, {});
    for (const Node& node : net.nodes()) {
      if (const auto* convolution = std::get_if<Convolution>(&node.operation)) {
        EXPECT_EQ(convolution->kernel, 5);
      }
      if (const auto* activation = std::get_if<Activation>(&node.operation)) {
        EXPECT_EQ(activation->kind, ActivationKind::kGelu);
      }
      EXPECT_FALSE(std::holds_alternative<MaxPool>(node.operation));
    }
  }
}

TEST_F(MacroNetwork, NamesFollowIdentitiesWhenNeighboursComeAndGo) {
  const NetworkSpace space = macro(kFashion);
  Configuration network = space.first[1];
  auto& stages = std::get<std::vector<Element>>(*network.find("stages"));
  const Architecture before = space.build(network, {});
  auto& layers = std::get<std::vector<Element>>(*stages[1].values.find("layers"));
  layers.insert(layers.begin() + 1, Element{9, layers[1].values});
  const Architecture after = space.build(network, {});
  EXPECT_GE(after.find("stage-2/layer-9/convolution"), 0);
  for (const Node& node : before.nodes()) {
    const int same = after.find(node.name);
    // Where the addition comes from has changed with its source, but it is the same plain sum.
    ASSERT_GE(same, 0) << node.name;
    EXPECT_EQ(after.node(same).operation, node.operation) << node.name;
  }
}

TEST_F(MacroNetwork, AnEnlargedNetworkRepeatsTheLayersAndKeepsTheNamesOfTheOriginal) {
  for (const NetworkTask& task : {kFashion, kTable}) {
    const NetworkSpace space = macro(task);
    for (int i = 0; i < 20; ++i) {
      const Configuration configuration = space.space.sample(random_);
      const Architecture plain = space.build(configuration, {});
      const Architecture large = space.build(configuration, {.cells = 2, .filters = 1.5});
      ASSERT_NO_THROW(large.verify());
      EXPECT_EQ(large.output_shape(), plain.output_shape());
      EXPECT_GT(large.parameters(), plain.parameters());
      EXPECT_EQ(space.build(configuration, {.cells = 1, .filters = 1.0}), plain);
      int kept = 0;
      for (const Node& node : plain.nodes()) kept += large.find(node.name) >= 0 ? 1 : 0;
      EXPECT_GT(kept, static_cast<int>(plain.nodes().size()) * 2 / 3);
    }
  }
}

TEST_F(MacroNetwork, AWrongSettingIsNamed) {
  const auto error = [](Json settings, const NetworkTask& task = kFashion) {
    return testing::input_error_of([&] { macro(task, std::move(settings)); });
  };
  EXPECT_EQ(error({{"kernel", {3}}}),
            "the setting \"kernel\" is not known to the network space \"macro\"; did you mean \"kernels\"?");
  EXPECT_NE(error({{"kinds", {"seperable"}}}).find("knows no \"seperable\"; did you mean \"separable\"?"),
            std::string::npos);
  EXPECT_NE(error({{"kernels", {4}}}).find("knows no \"4\""), std::string::npos);
  EXPECT_NE(error({{"kernels", {3, 3}}}).find("twice"), std::string::npos);
  EXPECT_NE(error({{"stages", 0}}).find("a whole number from 1 to 8, not 0"), std::string::npos);
  EXPECT_NE(error({{"filters", {64, 8}}}).find("must be [low, high]"), std::string::npos);
  EXPECT_NE(error({{"filters", {9, 64}}}).find("multiples of 8"), std::string::npos);
  EXPECT_NE(error({{"stages", 3}}, kTable).find("is not known"), std::string::npos);
  EXPECT_NE(error(Json::array()).find("must be an object"), std::string::npos);
}

}  // namespace
}  // namespace nascent
