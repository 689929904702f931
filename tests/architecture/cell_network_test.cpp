// The kinds of network spaces that are made of cells.

#include <gtest/gtest.h>

#include <cmath>

#include "architecture/error_text.h"
#include "nascent/architecture/cell_operation.h"
#include "nascent/architecture/network_space.h"
#include "nascent/space/variation.h"
#include "support/seed.h"

namespace nascent {
namespace {

using testing::input_error_of;

const NetworkTask kFashion{.input = {1, 28, 28}, .outputs = 10, .count = 60000};

NetworkSpace space_of(const std::string& kind, Json settings = Json::object(), const NetworkTask& task = kFashion) {
  NetworkSpaceOptions options;
  options.kind = kind;
  options.settings = std::move(settings);
  return make_network_space(options, task);
}

class CellNetwork : public ::testing::TestWithParam<const char*> {
 protected:
  const std::uint64_t seed_ = testing::test_seed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
};

TEST_P(CellNetwork, EveryPointAndEveryMutationOfItBuilds) {
  std::vector<std::string> all;
  for (const CellOperation& operation : cell_operations()) all.push_back(operation.name);
  for (const Shape& input : {Shape{1, 28, 28}, Shape{3, 33, 41}, Shape{1, 3, 5}})
    for (const Json& settings : {Json::object(), Json{{"operations", all}, {"nodes", 5}, {"stages", 4}}}) {
      const NetworkSpace space = space_of(GetParam(), settings, {.input = input, .outputs = 7});
      std::vector<Configuration> points = space.first;
      for (int i = 0; i < 10; ++i) points.push_back(space.space.sample(random_));
      for (Configuration& point : points)
        for (int edits = 0; edits < 4; ++edits) {
          SCOPED_TRACE(point.to_json().dump());
          ASSERT_NO_THROW(space.space.validate(point));
          const Architecture net = space.build(point, {});
          ASSERT_NO_THROW(net.verify());
          ASSERT_EQ(net.output_shape(), (Shape{7, 0, 0}));
          std::vector<bool> read(net.nodes().size());
          for (const Node& node : net.nodes())
            for (const int one : node.inputs) read[static_cast<std::size_t>(one)] = true;
          for (std::size_t i = 0; i + 1 < read.size(); ++i) ASSERT_TRUE(read[i]) << net.nodes()[i].name;
          point = mutate(space.space, point, random_).value();
        }
    }
}

TEST_P(CellNetwork, PointsOfOneKeyAreOneNetwork) {
  const NetworkSpace space = space_of(GetParam(), {{"filters", 8}, {"cells", 1}, {"nodes", 3}, {"stages", 2}});
  std::map<std::uint64_t, std::uint64_t> hashes;
  int met_again = 0;
  for (int i = 0; i < 300; ++i) {
    const Configuration configuration = space.space.sample(random_);
    const std::uint64_t hash = space.build(configuration, {}).canonical_hash();
    const auto [known, fresh] = hashes.emplace(space.space.key(configuration), hash);
    met_again += fresh ? 0 : 1;
    EXPECT_EQ(known->second, hash) << configuration.to_json().dump();
  }
  EXPECT_TRUE(met_again > 0 || std::string(GetParam()) == "nasnet");
}

TEST_P(CellNetwork, AParameterThatIsAddedLaterIsPartOfTheKey) {
  NetworkSpace space = space_of(GetParam());
  space.space.add_float("rate", 0.0, 1.0);
  Configuration a = space.space.sample(random_);
  Configuration b = a;
  b.set("rate", a.number("rate") / 2.0);
  EXPECT_NE(space.space.key(a), space.space.key(b));
}

TEST_P(CellNetwork, AnEnlargedNetworkHasMoreCellsAndKeepsTheNamesOfTheOriginal) {
  const NetworkSpace space = space_of(GetParam());
  const Configuration& configuration = space.first.back();
  const Architecture plain = space.build(configuration, {});
  const Architecture large = space.build(configuration, {.cells = 2, .filters = 1.5});
  ASSERT_NO_THROW(large.verify());
  EXPECT_EQ(space.build(configuration, {.cells = 1, .filters = 1.0}), plain);
  EXPECT_GT(large.parameters(), 2 * plain.parameters());
  for (const Node& node : plain.nodes()) EXPECT_GE(large.find(node.name), 0) << node.name;
}

INSTANTIATE_TEST_SUITE_P(Kinds, CellNetwork, ::testing::Values("cell", "nasnet"),
                         [](const auto& one) { return std::string(one.param); });

// ---- NAS-Bench-201 ----

const NetworkTask kCifar{.input = {3, 32, 32}, .outputs = 10};

Configuration cell_of(const std::vector<std::string>& operations) {
  const std::vector<std::string> edges{"edge_0_1", "edge_0_2", "edge_1_2", "edge_0_3", "edge_1_3", "edge_2_3"};
  Configuration configuration;
  for (std::size_t i = 0; i < edges.size(); ++i) configuration.set(edges[i], ChoiceValue{operations[i], {}});
  configuration.set("filters", std::int64_t{16});
  configuration.set("cells", std::int64_t{5});
  return configuration;
}

TEST(NasBench201, CountsAreThoseOfTheTable) {
  struct Row {
    std::vector<std::string> operations;
    double mflops, mparams;
  };
  const std::vector<Row> rows{
      {{"avg_pool_3x3", "nor_conv_1x1", "skip_connect", "nor_conv_1x1", "skip_connect", "skip_connect"},
       15.64737,
       0.129306},
      {{"nor_conv_3x3", "nor_conv_3x3", "avg_pool_3x3", "skip_connect", "nor_conv_3x3", "skip_connect"},
       113.95137,
       0.802426},
      {{"skip_connect", "none", "none", "none", "nor_conv_3x3", "nor_conv_1x1"}, 47.10465, 0.344346},
      {{"none", "nor_conv_3x3", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3"}, 82.49409, 0.587386},
      {{"none", "avg_pool_3x3", "none", "skip_connect", "nor_conv_3x3", "nor_conv_3x3"}, 78.56193, 0.559386},
      {{"nor_conv_3x3", "none", "none", "skip_connect", "nor_conv_1x1", "none"}, 47.10465, 0.344346},
      {{"nor_conv_3x3", "none", "nor_conv_1x1", "nor_conv_1x1", "skip_connect", "skip_connect"}, 51.03681, 0.372346},
      {{"none", "avg_pool_3x3", "nor_conv_3x3", "avg_pool_3x3", "none", "nor_conv_3x3"}, 78.56193, 0.559386},
  };
  const NetworkSpace space = space_of("cell", {{"unused", {"keep"}}, {"cells", 5}, {"filters", 16}}, kCifar);
  for (const Row& row : rows) {
    const Architecture net = space.build(cell_of(row.operations), {});
    EXPECT_NEAR(static_cast<double>(net.parameters()) / 1e6, row.mparams, 0.01 * row.mparams);
    EXPECT_NEAR(static_cast<double>(net.multiply_adds()) / 1e6, row.mflops, 0.01 * row.mflops);
  }
}

TEST(NasBench201, EdgesThatLeadNowhereAreLeftOutUnlessTheyAreKept) {
  // Node 1 gets a convolution, and nobody reads it; node 2 reads only node 1.
  const Configuration cell = cell_of({"nor_conv_3x3", "none", "none", "nor_conv_1x1", "none", "nor_conv_3x3"});
  const Json sizes = {{"cells", 5}, {"filters", 16}};
  Json kept = sizes;
  kept["unused"] = {"keep"};
  const Architecture whole = space_of("cell", kept, kCifar).build(cell, {});
  const NetworkSpace space = space_of("cell", sizes, kCifar);
  const Architecture used = space.build(cell, {});
  EXPECT_GE(whole.find("stage-1/cell-1/0-1/nor_conv_3x3/convolution"), 0);
  EXPECT_EQ(used.find("stage-1/cell-1/0-1/nor_conv_3x3/convolution"), -1);
  EXPECT_GE(used.find("stage-1/cell-1/0-3/nor_conv_1x1/convolution"), 0);
  EXPECT_LT(used.parameters(), whole.parameters());
  const Configuration nothing = cell_of({"nor_conv_3x3", "none", "none", "none", "none", "nor_conv_3x3"});
  EXPECT_FALSE(space.space.allows(nothing));
  EXPECT_NO_THROW(space_of("cell", kept, kCifar).build(nothing, {}).verify());
  EXPECT_NO_THROW(space.build(nothing, {}).verify());
}

TEST(CellOperations, AnOperationOfTheUserIsAnEdgeLikeTheOthers) {
  register_cell_operation({"tanh_test", [](Architecture& net, const std::string& scope, int input, int stride) {
                             if (stride == 2) input = net.append(scope + "/pool", MaxPool{3, 2, 1}, input);
                             return net.append(scope + "/tanh", Activation{ActivationKind::kTanh}, input);
                           }});
  const NetworkSpace space = space_of("cell", {{"operations", {"tanh_test", "nor_conv_3x3"}}});
  Configuration configuration = space.first.front();
  configuration.set("edge_0_3", ChoiceValue{"tanh_test", {}});
  EXPECT_NO_THROW(space.space.validate(configuration));
  EXPECT_GE(space.build(configuration, {}).find("stage-1/cell-1/0-3/tanh_test/tanh"), 0);
  EXPECT_NE(input_error_of([] { register_cell_operation({"tanh_test", {}}); }).find("already"), std::string::npos);
  EXPECT_NE(input_error_of([] { register_cell_operation({"", {}}); }).find("needs a name"), std::string::npos);
}

TEST(CellSettings, WrongOnesAreNamed) {
  const auto error = [](const char* kind, Json settings, const NetworkTask& task = kFashion) {
    return input_error_of([&] { space_of(kind, std::move(settings), task); });
  };
  EXPECT_NE(error("cell", {{"operation", {"none"}}}).find("did you mean \"operations\"?"), std::string::npos);
  EXPECT_NE(error("nasnet", {{"operations", {"sep_conv3x3"}}}).find("did you mean \"sep_conv_3x3\""),
            std::string::npos);
  EXPECT_NE(error("cell", {{"nodes", 1}}).find("from 2 to 8"), std::string::npos);
  EXPECT_NE(error("cell", Json::object(), {.input = {5, 0, 0}, .outputs = 2}).find("choose \"macro\""),
            std::string::npos);
  EXPECT_NE(error("nasnet", Json::object(), {.input = {5, 0, 0}, .outputs = 2}).find("choose \"macro\""),
            std::string::npos);
}

}  // namespace
}  // namespace nascent
