#include "nascent/architecture/architecture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "architecture/error_text.h"
#include "nascent/architecture/macro_space.h"
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
  const SearchSpace space = macro_space({.channels = 3, .height = 20, .width = 24});
  for (int i = 0; i < 50; ++i) {
    const Architecture net = build_macro(space.sample(random), {3, 20, 24}, 5);
    const Architecture again = Architecture::from_json(Json::parse(net.to_json().dump()));
    ASSERT_EQ(again, net);
    ASSERT_EQ(again.hash(), net.hash());
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

TEST(Architecture, TheHashIsOfOperationsAndConnectionsNotOfNames) {
  const Architecture net = small_network();
  EXPECT_EQ(net.hash(), small_network("other").hash());
  Json wider = net.to_json();
  wider["nodes"][1]["filters"] = 8;
  EXPECT_NE(Architecture::from_json(wider).hash(), net.hash());
  Json rewired = net.to_json();
  rewired["nodes"][3]["inputs"] = {2, 2};
  EXPECT_NE(Architecture::from_json(rewired).hash(), net.hash());
}

TEST(Architecture, TheHashIsTheSameInEveryVersion) {
  // Recorded hashes identify architectures in stored studies: this number must never change.
  Architecture net({1, 4, 4});
  net.append("pool", GlobalAveragePool{}, 0);
  net.append("classes", Dense{.units = 2}, 1);
  EXPECT_EQ(net.hash(), 0xa27237e864f8ddcfULL);
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
