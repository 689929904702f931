#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "nascent/architecture/architecture.h"
#include "nascent/core/random.h"
#include "support/seed.h"

namespace nascent {
namespace {

const Shape kMaps{4, 6, 6};

/// A random network whose nodes all keep the shape of the input and all lead to the output.
Architecture random_network(Random& random, int nodes, int kinds) {
  Architecture net(kMaps);
  std::vector<bool> read(1, false);
  const auto draw_input = [&] {
    const int input = static_cast<int>(random.below(static_cast<std::uint64_t>(net.last()) + 1));
    read[static_cast<std::size_t>(input)] = true;
    return input;
  };
  for (int i = 0; i < nodes; ++i) {
    const std::string name = "node-" + std::to_string(i);
    switch (random.below(static_cast<std::uint64_t>(kinds))) {
      case 0: {
        std::vector<int> inputs(2 + random.below(2));
        for (int& input : inputs) input = draw_input();
        net.append(name, Add{}, inputs);
        break;
      }
      case 1:
        net.append(name, Convolution{.filters = 4}, draw_input());
        break;
      case 2:
        net.append(name, BatchNorm{}, draw_input());
        break;
      case 3:
        net.append(name, Convolution{.filters = 4, .kernel = 1, .groups = 2}, draw_input());
        break;
      default:
        net.append(name, Activation{}, draw_input());
    }
    read.push_back(false);
  }
  std::vector<int> ends;
  for (std::size_t i = 0; i < read.size(); ++i)
    if (!read[i]) ends.push_back(static_cast<int>(i));
  if (ends.size() > 1) net.append("sum", Add{}, ends);
  return net;
}

/// The same network with other names, in another order, with identities and with nodes that lead nowhere.
Architecture disguised(const Architecture& net, Random& random) {
  Architecture other(net.input_shape());
  std::map<int, int> place = {{0, 0}};
  int extra = 0;
  const auto name = [&] { return "n" + std::to_string(random.next() % 1000) + "/" + std::to_string(extra++); };
  const auto drawn = [&](std::size_t size) { return static_cast<std::size_t>(random.below(size)); };
  while (!place.contains(net.last())) {
    std::vector<int> ready;
    for (int i = 1; i <= net.last(); ++i) {
      const std::vector<int>& inputs = net.node(i).inputs;
      if (!place.contains(i) &&
          std::all_of(inputs.begin(), inputs.end(), [&](int input) { return place.contains(input); }))
        ready.push_back(i);
    }
    const int next = ready[drawn(ready.size())];
    // The output comes last, when everything else is there.
    if (next == net.last() && ready.size() > 1) continue;
    if (random.chance(0.25)) other.append(name(), Convolution{.filters = 7}, static_cast<int>(drawn(place.size())));
    std::vector<int> inputs;
    for (const int input : net.node(next).inputs) {
      inputs.push_back(place.at(input));
      if (random.chance(0.25)) inputs.back() = other.append(name(), Identity{}, inputs.back());
    }
    if (std::holds_alternative<Add>(net.node(next).operation)) random.shuffle(inputs);
    place[next] = other.append(name(), net.node(next).operation, std::move(inputs));
  }
  if (random.chance(0.5)) other.append(name(), Identity{}, other.last());
  return other;
}

/// Whether the nodes of one can be mapped onto those of the other, by trying. All nodes must lead to the output.
bool isomorphic(const Architecture& a, const Architecture& b, std::vector<int>& image, int next) {
  if (a.last() != b.last()) return false;
  if (next > a.last()) return image.back() == b.last();
  for (int candidate = 0; candidate <= b.last(); ++candidate) {
    if (std::find(image.begin(), image.end(), candidate) != image.end()) continue;
    const Node& node = a.node(next);
    const Node& other = b.node(candidate);
    if (node.operation != other.operation || node.inputs.size() != other.inputs.size()) continue;
    std::vector<int> mapped;
    for (const int input : node.inputs) mapped.push_back(image[static_cast<std::size_t>(input)]);
    std::vector<int> wanted = other.inputs;
    if (std::holds_alternative<Add>(node.operation)) {
      std::sort(mapped.begin(), mapped.end());
      std::sort(wanted.begin(), wanted.end());
    }
    if (mapped != wanted) continue;
    image.push_back(candidate);
    if (isomorphic(a, b, image, next + 1)) return true;
    image.pop_back();
  }
  return false;
}

bool isomorphic(const Architecture& a, const Architecture& b) {
  std::vector<int> image;
  return isomorphic(a, b, image, 0);
}

TEST(CanonicalHash, NamesOrderIdentitiesAndDeadEndsDoNotCount) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (int i = 0; i < 300; ++i) {
    const Architecture net = random_network(random, 3 + static_cast<int>(random.below(25)), 5);
    const Architecture other = disguised(net, random);
    ASSERT_EQ(other.canonical_hash(), net.canonical_hash()) << net.to_json().dump() << "\n" << other.to_json().dump();
  }
}

TEST(CanonicalHash, EveryChangeOfAnOperationOrAnEdgeCounts) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (int i = 0; i < 300; ++i) {
    const Architecture net = random_network(random, 3 + static_cast<int>(random.below(25)), 5);
    const int changed = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(net.last())));
    const int more = static_cast<int>(random.below(static_cast<std::uint64_t>(changed)));
    const Architecture other = rebuilt(net, [&](Architecture& copy, const Node& node, std::vector<int> inputs) {
      Operation operation = node.operation;
      if (node == net.node(changed)) {
        if (auto* convolution = std::get_if<Convolution>(&operation)) {
          convolution->dilation += 1;
        } else if (std::holds_alternative<Add>(operation)) {
          inputs.push_back(more);
        } else {
          operation = Activation{ActivationKind::kGelu};
        }
      }
      return copy.append(node.name, operation, inputs);
    });
    ASSERT_NE(disguised(other, random).canonical_hash(), net.canonical_hash()) << net.to_json().dump();
  }
}

TEST(CanonicalHash, IsEqualExactlyForIsomorphicNetworks) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  int equal = 0;
  for (int i = 0; i < 60; ++i) {
    std::vector<Architecture> nets;
    for (int k = 0; k < 12; ++k) nets.push_back(random_network(random, 3 + i % 4, 2));
    for (const Architecture& a : nets) {
      for (const Architecture& b : nets) {
        const bool same = isomorphic(a, b);
        equal += same && a != b ? 1 : 0;
        ASSERT_EQ(a.canonical_hash() == b.canonical_hash(), same) << a.to_json().dump() << "\n" << b.to_json().dump();
      }
    }
  }
  EXPECT_GT(equal, 0) << "no two networks were isomorphic, so that nothing was tried";
}

TEST(CanonicalHash, OneConvolutionReadTwiceIsNotTwoConvolutions) {
  Architecture shared({4, 6, 6});
  shared.append("a", Convolution{.filters = 4}, 0);
  shared.append("sum", Add{}, {1, 1});
  Architecture two({4, 6, 6});
  two.append("a", Convolution{.filters = 4}, 0);
  two.append("b", Convolution{.filters = 4}, 0);
  two.append("sum", Add{}, {1, 2});
  EXPECT_NE(shared.canonical_hash(), two.canonical_hash());

  // (a + a, b + b) against (a + b, a + b): as many nodes, as many edges.
  const auto joined = [](std::vector<int> first, std::vector<int> second) {
    Architecture net({4, 6, 6});
    net.append("a", Convolution{.filters = 4}, 0);
    net.append("b", Convolution{.filters = 4}, 0);
    net.append("x", Add{}, std::move(first));
    net.append("y", Add{}, std::move(second));
    net.append("joined", Concatenate{}, {3, 4});
    return net.canonical_hash();
  };
  EXPECT_NE(joined({1, 1}, {2, 2}), joined({1, 2}, {1, 2}));
  EXPECT_EQ(joined({1, 1}, {2, 2}), joined({2, 2}, {1, 1}));
}

TEST(CanonicalHash, TheOrderOfAConcatenationCounts) {
  const auto joined = [](std::vector<int> inputs) {
    Architecture net({4, 6, 6});
    net.append("a", Convolution{.filters = 4}, 0);
    net.append("b", BatchNorm{}, 0);
    net.append("joined", Concatenate{}, std::move(inputs));
    return net.canonical_hash();
  };
  EXPECT_NE(joined({1, 2}), joined({2, 1}));
  EXPECT_NE(joined({1, 2}), joined({1, 1}));
}

TEST(CanonicalHash, ARingOfSixIsNotTwoRingsOfThree) {
  const auto rings = [](const std::vector<std::pair<int, int>>& pairs) {
    Architecture net({4, 6, 6});
    for (int i = 1; i <= 6; ++i) net.append("layer-" + std::to_string(i), Convolution{.filters = 4}, 0);
    std::vector<int> sums;
    for (const auto& [a, b] : pairs) {
      const int sum = net.append("sum-" + std::to_string(sums.size()), Add{}, {a, b});
      sums.push_back(net.append("activation-" + std::to_string(sums.size()), Activation{}, sum));
    }
    net.append("sum", Add{}, sums);
    return net.canonical_hash();
  };
  const std::uint64_t one = rings({{1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 1}});
  EXPECT_NE(one, rings({{1, 2}, {2, 3}, {3, 1}, {4, 5}, {5, 6}, {6, 4}}));
  EXPECT_EQ(one, rings({{3, 1}, {1, 5}, {5, 2}, {2, 6}, {6, 4}, {4, 3}}));
}

TEST(CanonicalHash, IsTheSameInEveryRun) {
  Architecture net({1, 4, 4});
  net.append("conv", Convolution{.filters = 2}, 0);
  net.append("pool", GlobalAveragePool{}, 1);
  net.append("classes", Dense{.units = 2}, 2);
  EXPECT_EQ(net.canonical_hash(), 288448950044359991ULL);
}

}  // namespace
}  // namespace nascent
