#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "nascent/architecture/morphism.h"
#include "nascent/architecture/network_space.h"
#include "nascent/space/variation.h"
#include "support/seed.h"
#include "training/inherit.h"
#include "training/plain_forward.h"
#include "training/random_network.h"

/// Networks after a morphism, or after an edit of their configuration, against the networks they come from.
namespace nascent {
namespace {

constexpr Shape kInput{2, 8, 8};
constexpr int kCases = 4;    ///< for each source of networks
constexpr int kPairs = 100;  ///< of a network and a morphism, in each case
constexpr int kEdits = 400;  ///< in each space
static_assert(3 * kCases * kPairs >= 1000, "in the three spaces alone");

/// Nothing as in a fresh network: scales of one, means of zero and variances of one would hide errors.
void randomize(Network& network) {
  const torch::NoGradGuard no_grad;
  for (auto& entry : network.named_parameters()) {
    torch::Tensor value = entry.value();
    if (value.dim() == 1)
      value.copy_(entry.key().ends_with(":weight") ? torch::rand_like(value) + 0.5 : 0.3 * torch::randn_like(value));
  }
  for (auto& entry : network.named_buffers()) {
    torch::Tensor value = entry.value();
    value.copy_(entry.key().ends_with("variance") ? 1.5 * torch::rand_like(value) + 0.5 : torch::randn_like(value));
  }
}

/// The largest difference of the outputs, relative to the largest output. Node by node in float64, where nothing but
/// the numbers that were inherited counts: those are float32, and an identity that is rounded to 6e-8 is the worst.
double exact_difference(const Network& parent, const Network& child, const torch::Tensor& x, bool training) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor expected = testing::PlainForward(parent, training)(x);
  const torch::Tensor found = testing::PlainForward(child, training)(x);
  return ((found - expected).abs().max() / expected.abs().max().clamp_min(1e-6)).item<double>();
}
/// The same as the networks run, with their rounding.
double difference(Network& parent, Network& child, const torch::Tensor& x) {
  const torch::NoGradGuard no_grad;
  parent.eval();
  child.eval();
  const torch::Tensor expected = parent.forward(x, Precision::kFloat32);
  return ((child.forward(x, Precision::kFloat32) - expected).abs().max() / expected.abs().max().clamp_min(1e-6))
      .item<double>();
}

/// An epsilon that is forgotten makes 5e-6.
constexpr double kExact = 2e-6;
constexpr double kRounded = 1e-5;

torch::Tensor random_input() { return torch::randn({4, kInput.channels, kInput.height, kInput.width}); }

std::string told(const Architecture& parent, const Architecture& child) {
  return parent.to_json().dump() + "\n became \n" + child.to_json().dump();
}

/// Holds the child to what the plan promises, and returns the promise.
Exactness check(const Architecture& parent_net, const Architecture& child_net, const Origins& origins, Random& random) {
  Network parent(parent_net, random);
  randomize(parent);
  Network child(child_net, random);
  const InheritReport report = inherit_weights(parent, child, origins);
  EXPECT_EQ(report.exactness == Exactness::kApproximate, !report.why_not_exact.empty());
  EXPECT_GE(report.share, 0.0);
  EXPECT_LE(report.share, 1.0);
  const torch::Tensor x = random_input();
  if (report.exactness != Exactness::kApproximate) {
    EXPECT_LT(exact_difference(parent, child, x, false), kExact) << told(parent_net, child_net);
    EXPECT_LT(difference(parent, child, x), kRounded) << told(parent_net, child_net);
  }
  // Four examples leave normalizations few values, whose variance may be anything: rounding can be amplified.
  if (report.exactness == Exactness::kTraining) {
    EXPECT_LT(exact_difference(parent, child, x, true), 1e-5) << told(parent_net, child_net);
  }
  return report.exactness;
}

NetworkSpace small_space(const std::string& kind) {
  Json settings = Json::object();
  if (kind != "macro") settings = {{"filters", {4, 8}}, {"cells", {1, 2}}, {"stages", 2}};
  return make_network_space({.kind = kind, .settings = settings, .limits = {.parameters = 60'000}},
                            {.input = kInput, .outputs = 3});
}

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const NetworkSpaceKind& kind : network_space_kinds()) names.push_back(kind.name);
  names.emplace_back("any graph");
  return names;
}

class Morphisms : public ::testing::TestWithParam<std::tuple<std::string, int>> {
 protected:
  void SetUp() override {
    torch::manual_seed(seed_);
    if (std::get<0>(GetParam()) != "any graph") space_ = small_space(std::get<0>(GetParam()));
  }
  Architecture network() {
    if (space_) return space_->build(space_->space.sample(random_), {});
    return testing::random_network(kInput, 3, random_);
  }
  /// A network and a morphism of it.
  std::pair<Architecture, Morphism> pair() {
    for (int i = 0; i < 100; ++i, ++without_) {
      Architecture parent = network();
      if (const std::optional<Morphism> morphism = draw_morphism(parent, random_))
        return {std::move(parent), *morphism};
    }
    throw std::logic_error("no network has a morphism");
  }

  std::uint64_t seed_ = testing::test_seed();
  Random random_{seed_, static_cast<std::uint64_t>(std::get<1>(GetParam()))};
  std::optional<NetworkSpace> space_;
  int without_ = 0;  ///< networks that `pair` found no morphism of
};

TEST_P(Morphisms, KeepTheFunction) {
  SCOPED_TRACE(testing::seed_note(seed_));
  for (int i = 0; i < kPairs && !HasFailure(); ++i) {
    const auto [parent, morphism] = pair();
    SCOPED_TRACE(std::string(name_of(morphism.kind)) + " at " + morphism.node);
    const std::optional<Morphed> child = apply(parent, morphism);
    ASSERT_TRUE(child);
    EXPECT_NE(check(parent, child->architecture, child->origins, random_), Exactness::kApproximate);
  }
  EXPECT_LT(without_, kPairs / 4) << "most networks have a morphism";
}

TEST_P(Morphisms, KeepTheFunctionOneAfterAnother) {
  SCOPED_TRACE(testing::seed_note(seed_));
  for (int i = 0; i < 3 && !HasFailure(); ++i) {
    const Architecture first_net = network();
    Network first(first_net, random_);
    randomize(first);
    Architecture net = first_net;
    Network before(net, random_);
    inherit_weights(first, before);
    const torch::Tensor x = random_input();
    for (std::int64_t left = random_.integer(5, 10); left > 0; --left) {
      const std::optional<Morphism> morphism = draw_morphism(net, random_);
      if (!morphism) break;
      const std::optional<Morphed> morphed = apply(net, *morphism);
      ASSERT_TRUE(morphed);
      Network after(morphed->architecture, random_);
      inherit_weights(before, after, morphed->origins);
      net = morphed->architecture;
      before = std::move(after);
    }
    EXPECT_LT(difference(first, before, x), 1e-4) << told(first_net, net);
  }
}

std::string case_name(const ::testing::TestParamInfo<std::tuple<std::string, int>>& info) {
  std::string name = std::get<0>(info.param) + "_" + std::to_string(std::get<1>(info.param));
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(AllSpaces, Morphisms,
                         ::testing::Combine(::testing::ValuesIn(kinds()), ::testing::Range(0, kCases)), case_name);

class Edits : public Morphisms {};

TEST_P(Edits, KeepTheFunctionWhereThePlanSaysSo) {
  SCOPED_TRACE(testing::seed_note(seed_));
  int pairs = 0;
  int exact = 0;
  while (pairs < kEdits && !HasFailure()) {
    const Configuration parent = space_->space.sample(random_);
    const std::optional<Configuration> child = mutate(space_->space, parent, random_);
    if (!child) continue;
    ++pairs;
    exact +=
        check(space_->build(parent, {}), space_->build(*child, {}), {}, random_) != Exactness::kApproximate ? 1 : 0;
  }
  RecordProperty("exact", exact);
  const std::map<std::string, int> fewest = {{"macro", 32}, {"cell", 60}, {"nasnet", 16}};
  EXPECT_GT(exact, fewest.at(std::get<0>(GetParam()))) << "the plans claim too little to be tested";
}
INSTANTIATE_TEST_SUITE_P(AllSpaces, Edits,
                         ::testing::Combine(::testing::Values("macro", "cell", "nasnet"), ::testing::Values(0)),
                         case_name);

/// A recipe on a small network, and what it would be to get it wrong.
struct WrongRecipe {
  std::string name;
  std::function<Architecture()> parent;
  std::function<Architecture()> child;
  Origins origins;
  std::function<void(Network&)> spoil;
};

Architecture small_network(int filters, int kernel, bool extra_norm, bool doubled) {
  Architecture net(kInput);
  int x = net.append("first", Convolution{.filters = filters}, 0);
  x = net.append("norm", BatchNorm{}, x);
  x = net.append("relu", Activation{}, x);
  if (extra_norm) x = net.append("extra norm", BatchNorm{}, x);
  const int second = net.append("second", Convolution{.filters = 4, .kernel = kernel}, x);
  if (doubled) net.append("sum", Add{}, {second, net.append("twin", Convolution{.filters = 4, .kernel = kernel}, x)});
  net.append("pool", GlobalAveragePool{}, net.last());
  net.append("classes", Dense{.units = 3}, net.last());
  return net;
}

torch::Tensor weight_of(Network& network, const std::string& node) {
  return network.named_parameters()[node + ":weight"];
}

std::vector<WrongRecipe> wrong_recipes() {
  const auto plain = [] { return small_network(4, 3, false, false); };
  return {
      {"NewChannelsAreListenedTo",
       plain,
       [] { return small_network(6, 3, false, false); },
       {},
       [](Network& child) { weight_of(child, "second").narrow(1, 4, 2).normal_(0.0, 0.1); }},
      {"AnIdentityOfANormForgetsItsEpsilon",
       plain,
       [] { return small_network(4, 3, true, false); },
       {},
       [](Network& child) { weight_of(child, "extra norm").fill_(1.0); }},
      {"ADoubledBranchIsNotHalved",
       plain,
       [] { return small_network(4, 3, false, true); },
       {{"second", {.node = "second", .scale = 0.5}}, {"twin", {.node = "second", .scale = 0.5}}},
       [](Network& child) { weight_of(child, "twin").mul_(2.0); }},
      {"ALargerKernelIsOffItsCentre",
       plain,
       [] { return small_network(4, 5, false, false); },
       {},
       [](Network& child) { weight_of(child, "second").copy_(weight_of(child, "second").roll(1, 3)); }},
      {"RunningStatisticsAreNotInherited",
       plain,
       [] { return small_network(6, 3, false, false); },
       {},
       [](Network& child) { child.named_buffers()["norm:running_mean"].zero_(); }},
  };
}

class WrongRecipes : public ::testing::TestWithParam<WrongRecipe> {};

TEST_P(WrongRecipes, AreSeen) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  torch::manual_seed(seed);
  Random random(seed);
  Network parent(GetParam().parent(), random);
  randomize(parent);
  Network child(GetParam().child(), random);
  ASSERT_NE(inherit_weights(parent, child, GetParam().origins).exactness, Exactness::kApproximate);
  const torch::Tensor x = random_input();
  EXPECT_LT(exact_difference(parent, child, x, false), kExact);
  const torch::NoGradGuard no_grad;
  GetParam().spoil(child);
  EXPECT_GT(exact_difference(parent, child, x, false), kExact);
}
INSTANTIATE_TEST_SUITE_P(Each, WrongRecipes, ::testing::ValuesIn(wrong_recipes()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace nascent
