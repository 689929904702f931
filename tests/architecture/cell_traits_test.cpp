#include "nascent/architecture/cell_traits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "architecture/error_text.h"

namespace nascent {
namespace {

const std::vector<std::string> kEdges{"0-1", "0-2", "1-2", "0-3", "1-3", "2-3"};

/// The space of NAS-Bench-201: 5^6 cells.
SearchSpace cells() {
  SearchSpace space;
  for (const std::string& edge : kEdges)
    space.add_categorical(edge, {"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"});
  return space;
}

Configuration cell(const std::vector<std::string>& operations) {
  Configuration configuration;
  for (std::size_t i = 0; i < kEdges.size(); ++i) configuration.set(kEdges[i], ChoiceValue{operations[i], {}});
  return configuration;
}

/// The string by which the authors of NAS-Bench-201 tell cells apart (AutoDL-Projects, `to_unique_str` with zero and
/// skip considered), written anew from its definition.
std::string published_string(const Configuration& configuration) {
  std::vector<std::string> nodes{"0"};
  std::size_t edge = 0;
  for (std::size_t to = 1; to < 4; ++to) {
    std::vector<std::string> terms;
    for (std::size_t from = 0; from < to; ++from) {
      const std::string& operation = configuration.choice(kEdges[edge++]);
      if (operation == "none" || nodes[from] == "#")
        terms.push_back("#");
      else
        terms.push_back(operation == "skip_connect" ? nodes[from] : "(" + nodes[from] + ")@" + operation);
    }
    std::sort(terms.begin(), terms.end());
    std::string sum;
    for (const std::string& term : terms) sum += (sum.empty() ? "" : "+") + term;
    nodes.push_back(sum);
  }
  return nodes.back();
}

TEST(CellTraits, CountIsomorphicCellsOnce) {
  const SearchSpace space = cells();
  const SpaceTraits traits = cell_traits(space, describe_cell(space));
  std::map<std::string, std::string> key_of_published;
  std::set<std::string> keys;
  for (std::uint64_t i = 0; i < *space.size(); ++i) {
    const Configuration configuration = space.point(i);
    const std::string key = traits.key(configuration);
    keys.insert(key);
    // What the published string holds for one cell is one cell here too.
    const auto [known, added] = key_of_published.emplace(published_string(configuration), key);
    ASSERT_EQ(known->second, key) << configuration.canonical();
  }
  EXPECT_EQ(key_of_published.size(), 6466u) << "Dong & Yang 2020";
  // Counted by a second program too, which compared the trees themselves and not their hashes.
  EXPECT_EQ(keys.size(), 4930u);
}

TEST(CellTraits, TellDifferentCellsApartAndEqualOnesNot) {
  const SearchSpace space = cells();
  const SpaceTraits traits = cell_traits(space, describe_cell(space));
  const std::string c1 = "nor_conv_1x1";
  const std::string c3 = "nor_conv_3x3";
  const std::string skip = "skip_connect";
  const std::string none = "none";
  const auto key = [&](const std::vector<std::string>& operations) { return traits.key(cell(operations)); };
  // One convolution, wherever it stands.
  EXPECT_EQ(key({none, none, none, c3, none, none}), key({c3, none, none, none, skip, none}));
  EXPECT_EQ(key({none, none, none, c3, none, none}), key({skip, none, skip, none, none, c3}));
  // Edges that lead nowhere, and edges from nowhere.
  EXPECT_EQ(key({none, none, none, c3, none, none}), key({c1, c3, c1, c3, none, none}));
  EXPECT_EQ(key({none, none, none, c3, none, none}), key({none, none, c1, c3, c3, c1}));
  // Two operations one after the other, in this order.
  EXPECT_EQ(key({c1, none, none, none, c3, none}), key({none, c1, none, none, none, c3}));
  EXPECT_NE(key({c1, none, none, none, c3, none}), key({c3, none, none, none, c1, none}));
  // A sum is the same in any order and grouping, but x + x is not x.
  EXPECT_EQ(key({c1, none, none, c3, skip, none}), key({c3, none, none, c1, skip, none}));
  EXPECT_NE(key({skip, none, none, c3, c3, none}), key({none, none, none, c3, none, none}));
  EXPECT_EQ(key({skip, skip, skip, none, none, skip}), key({skip, skip, none, none, skip, skip}));
  EXPECT_EQ(key({none, none, none, none, none, none}), key({c3, c3, c3, none, none, none}));
}

TEST(CellTraits, CountPathsByTheirOperations) {
  const SearchSpace space = cells();
  const SpaceTraits traits = cell_traits(space, describe_cell(space));
  // 0->1 pool, 1->2 3x3, 2->3 1x1; 0->3 identity; 0->2 identity: the paths pool-3x3-1x1, 1x1 and the empty one.
  const std::vector<double> features =
      traits.features(cell({"avg_pool_3x3", "skip_connect", "nor_conv_3x3", "skip_connect", "none", "nor_conv_1x1"}));
  ASSERT_EQ(features.size(), 40u);
  EXPECT_EQ(features[0], 1.0);
  EXPECT_EQ(features[1 + 1], 1.0) << "operations are sorted: avg_pool_3x3, nor_conv_1x1, nor_conv_3x3";
  EXPECT_EQ(features[13 + 0 * 9 + 2 * 3 + 1], 1.0);
  EXPECT_EQ(std::accumulate(features.begin(), features.end(), 0.0), 3.0);
  // The four paths of four nodes, each through a subset of the nodes between.
  const std::vector<double> all = traits.features(cell(std::vector<std::string>(6, "nor_conv_3x3")));
  EXPECT_EQ(all[1 + 2], 1.0);
  EXPECT_EQ(all[4 + 2 * 3 + 2], 2.0);
  EXPECT_EQ(all[13 + 2 * 9 + 2 * 3 + 2], 1.0);
}

TEST(CellTraits, GiveEqualFeaturesToCellsOfOneKey) {
  const SearchSpace space = cells();
  const SpaceTraits traits = cell_traits(space, describe_cell(space));
  std::map<std::string, std::vector<double>> known;
  for (std::uint64_t i = 0; i < *space.size(); i += 3) {
    const Configuration configuration = space.point(i);
    const auto [entry, added] = known.emplace(traits.key(configuration), traits.features(configuration));
    ASSERT_EQ(entry->second, traits.features(configuration));
  }
}

TEST(CellTraits, KeepTheOtherParametersInTheKey) {
  SearchSpace space = cells();
  space.add_float("lr", 0.0, 1.0);
  const SpaceTraits traits = cell_traits(space, {.edges = kEdges});
  Configuration a = cell({"none", "none", "none", "nor_conv_3x3", "none", "none"});
  Configuration b = cell({"nor_conv_3x3", "none", "none", "none", "skip_connect", "none"});
  a.set("lr", 0.5);
  b.set("lr", 0.5);
  EXPECT_EQ(traits.key(a), traits.key(b));
  b.set("lr", 0.25);
  EXPECT_NE(traits.key(a), traits.key(b));
  space.set_traits(traits);
  EXPECT_NE(space.key(a), space.key(b));
  b.set("lr", 0.5);
  EXPECT_EQ(space.key(a), space.key(b));
}

TEST(CellTraits, BoundTheNumberOfFeaturesOfLargeCells) {
  SearchSpace space;
  for (int i = 0; i < 28; ++i)
    space.add_categorical("edge" + std::to_string(i), {"none", "skip_connect", "a", "b", "c"});
  const SpaceTraits traits = cell_traits(space, describe_cell(space));
  Random random(1);
  const Configuration configuration = space.sample(random);
  EXPECT_EQ(traits.features(configuration).size(), 1u + 3u + 9u + 27u + 81u + 243u);
  EXPECT_EQ(traits.key(configuration).size(), 16u);
}

TEST(CellTraits, SayWhatIsNoCell) {
  SearchSpace space = cells();
  EXPECT_EQ(testing::input_error_of([&] {
              cell_traits(space, {.edges = {"0-1", "0-2"}});
            }),
            "cell: 2 edges do not connect the nodes of a cell; there must be 1, 3, 6, 10, 15, ...");
  EXPECT_EQ(testing::input_error_of([&] {
              cell_traits(space, {.edges = {"0-1", "0-2", "1-4"}});
            }),
            "cell: the edge \"1-4\" is no parameter of the search space; did you mean \"1-2\" or \"1-3\"?");
  space.add_int("n", 1, 2);
  EXPECT_EQ(testing::input_error_of([&] { cell_traits(space, {.edges = {"n"}}); }),
            "cell: the edge \"n\" must be a categorical parameter, its categories the operations");
  space.add_categorical("deep", {{"a", SearchSpace().add_int("w", 1, 2)}});
  EXPECT_EQ(testing::input_error_of([&] { cell_traits(space, {.edges = {"deep"}}); }),
            "cell: the operation \"a\" of the edge \"deep\" must have no parameters below it");
  EXPECT_NE(testing::input_error_of([&] { describe_cell(space); }).find("8 edges"), std::string::npos);
}

}  // namespace
}  // namespace nascent
