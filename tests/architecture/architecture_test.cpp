#include "nascent/architecture/architecture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "architecture/error_text.h"
#include "nascent/architecture/custom_operation.h"
#include "support/macro_networks.h"
#include "support/seed.h"

namespace nascent {
namespace {

using ::nascent::testing::input_error_of;
using ::testing::HasSubstr;

Architecture small_network(const std::string& first_name = "conv") {
  Architecture net({1, 8, 8});
  const int conv = net.append(first_name, Convolution{.filters = 4}, 0);
  const int norm = net.append("norm", BatchNorm{}, conv);
  const int sum = net.append("sum", Add{}, {norm, conv});
  net.append("pool", GlobalAveragePool{}, sum);
  net.append("classes", Dense{.units = 3}, net.last());
  return net;
}

TEST(Architecture, KnowsTheShapeOfEveryNode) {
  const Architecture net = small_network();
  EXPECT_EQ(net.node(net.find("sum")).shape, (Shape{4, 8, 8}));
  EXPECT_EQ(net.output_shape(), (Shape{3, 0, 0}));
  EXPECT_EQ(net.input_shape(), (Shape{1, 8, 8}));
  EXPECT_EQ(net.find("nothing"), -1);
}

TEST(Architecture, AddsUpParametersAndMultiplyAdds) {
  const Architecture net = small_network();
  EXPECT_EQ(net.parameters(), 4 * 9 + 2 * 4 + 3 * 4 + 3);
  EXPECT_EQ(net.parameters_of(net.find("classes")), 15);
  EXPECT_EQ(net.multiply_adds(), 64 * 4 * 9 + 12);
}

TEST(Architecture, RefusesWhatDoesNotFit) {
  Architecture net({1, 8, 8});
  EXPECT_THAT(input_error_of([&] { net.append("", Identity{}, 0); }), HasSubstr("has no name"));
  EXPECT_THAT(input_error_of([&] { net.append("input", Identity{}, 0); }), HasSubstr("'input' is there already"));
  EXPECT_THAT(input_error_of([&] { net.append("a", Identity{}, 1); }), HasSubstr("'a' reads node 1"));
  EXPECT_THAT(input_error_of([&] { net.append("a", Identity{}, -1); }), HasSubstr("does not stand before it"));
  EXPECT_THAT(input_error_of([&] {
                net.append("a", Input{{1, 2, 2}}, std::vector<int>{});
              }),
              HasSubstr("only the first"));
  EXPECT_EQ(net.last(), 0) << "a refused node leaves nothing behind";
}

TEST(Architecture, ComesBackFromJsonAsItWas) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const NetworkSpace networks = testing::macro_networks({3, 20, 24}, 5);
  for (int i = 0; i < 50; ++i) {
    const Architecture net = networks.build(networks.space.sample(random), {});
    const Architecture again = Architecture::from_json(Json::parse(net.to_json().dump()));
    ASSERT_EQ(again, net);
    ASSERT_EQ(again.canonical_hash(), net.canonical_hash());
  }
}

TEST(Architecture, ReadingJsonChecksEverythingAgain) {
  const auto read = [](const std::string& text) {
    return input_error_of([&] { Architecture::from_json(Json::parse(text)); });
  };
  EXPECT_THAT(read("{}"), HasSubstr("list of 'nodes'"));
  EXPECT_THAT(read(R"({"version": 9, "nodes": [{}]})"), HasSubstr("version 9"));
  EXPECT_THAT(read(R"({"version": 1, "nodes": [{"op": "input"}]})"),
              HasSubstr("node 0 of the architecture has no name"));
  EXPECT_THAT(read(R"({"version": 1, "nodes": [{"name": "a", "op": "flatten", "inputs": []}]})"),
              HasSubstr("'a': the first node"));
  Json json = small_network().to_json();
  json["nodes"][1]["filters"] = 7;
  EXPECT_EQ(Architecture::from_json(json).node(1).shape.channels, 7);
  json["nodes"][2]["inputs"] = {5};
  EXPECT_THAT(read(json.dump()), HasSubstr("'norm' reads node 5"));
}

TEST(Architecture, VerificationNamesTheNodeWhoseShapeIsNoLongerTrue) {
  static int channels = 4;
  register_operation("changeable", {.shape = [](const Json&, std::span<const Shape> inputs) {
                       return Shape{channels, inputs[0].height, inputs[0].width};
                     }});
  Architecture net({1, 8, 8});
  net.append("fickle", Custom{.kind = "changeable"}, 0);
  net.append("conv", Convolution{.filters = 4, .groups = 4}, net.last());
  EXPECT_NO_THROW(net.verify());
  channels = 8;
  EXPECT_THAT(input_error_of([&] { net.verify(); }), HasSubstr("'fickle': 8 × 8 × 8 comes out, but 4 × 8 × 8"));
  channels = 3;
  EXPECT_THAT(input_error_of([&] { net.verify(); }), HasSubstr("'fickle': 3 × 8 × 8 comes out"));
  EXPECT_NO_THROW(small_network().verify());
}

TEST(Architecture, IsRebuiltWithNodesReplacedInsertedAndRemoved) {
  const Architecture net = small_network();
  const auto same = [](Architecture& copy, const Node& node, std::vector<int> inputs) {
    return copy.append(node.name, node.operation, std::move(inputs));
  };
  EXPECT_EQ(rebuilt(net, same), net);

  const Architecture edited = rebuilt(net, [&](Architecture& copy, const Node& node, std::vector<int> inputs) {
    if (node.name == "norm") return inputs[0];
    if (node.name == "classes") return copy.append("classes", Dense{.units = 5}, inputs);
    const int stand_in = same(copy, node, std::move(inputs));
    return node.name == "conv" ? copy.append("conv/activation", Activation{}, stand_in) : stand_in;
  });
  EXPECT_NO_THROW(edited.verify());
  EXPECT_EQ(edited.find("norm"), -1);
  EXPECT_EQ(edited.node(edited.find("sum")).inputs, (std::vector<int>{2, 2})) << "both read the new activation";
  EXPECT_EQ(edited.output_shape(), (Shape{5, 0, 0}));

  EXPECT_THAT(input_error_of([&] {
                rebuilt(net, [](Architecture& copy, const Node& node, std::vector<int> inputs) {
                  if (node.name == "norm") return copy.append("norm", Convolution{.filters = 3}, inputs);
                  return copy.append(node.name, node.operation, inputs);
                });
              }),
              HasSubstr("'sum': cannot add 3 × 8 × 8 and 4 × 8 × 8"));
}

TEST(Architecture, TheSummaryIsOneLineForPeople) {
  EXPECT_EQ(summary(small_network()), "1 convolution, 4 filters, 59 parameters");
  Architecture dense({20, 0, 0});
  dense.append("a", Dense{.units = 100}, 0);
  dense.append("b", Dense{.units = 10}, 1);
  EXPECT_EQ(summary(dense), "2 dense layers, 3,110 parameters");
}

}  // namespace
}  // namespace nascent
