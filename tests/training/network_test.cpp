#include "training/network.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/macro_networks.h"
#include "support/seed.h"
#include "training/plain_forward.h"
#include "training/random_network.h"
#include "training/weights_file.h"

namespace nascent {
namespace {

using testing::disturb;

/// An output and its gradients for all parameters.
std::vector<torch::Tensor> with_gradients(const torch::Tensor& output, const torch::Tensor& upstream,
                                          const std::vector<torch::Tensor>& parameters) {
  auto all = torch::autograd::grad({output}, parameters, {upstream.to(output.scalar_type())},
                                   /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].defined()) all[i] = torch::zeros_like(parameters[i]);
  }
  all.push_back(output.detach());
  return all;
}

void expect_same_function(Network& network, const Shape& input, bool training) {
  network.train(training);
  const torch::Tensor x = torch::randn({6, input.channels, input.height, input.width});
  const torch::Tensor upstream = torch::randn({6, network.architecture().output_shape().channels});
  const std::vector<torch::Tensor> parameters = network.parameters();
  const auto plain = [&](torch::Dtype type) {
    return with_gradients(testing::PlainForward(network, training, type)(x), upstream, parameters);
  };
  const auto exact = plain(torch::kFloat64);
  // A normalization of what hardly varies amplifies every rounding: how much, the plain float32 shows.
  const auto rounded = plain(torch::kFloat32);
  const auto ours = with_gradients(network.forward(x, Precision::kFloat32), upstream, parameters);
  double largest = 1e-2;
  for (std::size_t i = 0; i < parameters.size(); ++i) largest = std::max(largest, exact[i].norm().item<double>());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    // A value within rounding of zero may be rectified on one side only; its share of the gradient is small.
    const double share = i < parameters.size() ? 0.02 : 1e-3;
    const double tolerance = share * (exact[i].norm().item<double>() + 0.1 * largest);
    const double rounding = (rounded[i] - exact[i]).norm().item<double>();
    ASSERT_LT((ours[i] - exact[i]).norm().item<double>(), tolerance + 10.0 * rounding)
        << (i < parameters.size() ? fmt::format("gradient of parameter {}", i) : "output");
  }
}

TEST(Network, ComputesWhatItsArchitectureSays) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  torch::manual_seed(seed);
  const Shape input{2, 9, 12};
  const NetworkSpace networks = testing::macro_networks(input, 3, {{"stages", 2}, {"layers", 2}, {"filters", {8, 16}}});
  for (int i = 0; i < 25; ++i) {
    Configuration configuration = networks.space.sample(random);
    configuration.set("dropout", 0.0);
    configuration.set("dense", std::vector<Element>{});
    Network network(networks.build(configuration, {}), random);
    disturb(network);
    for (const bool training : {true, false}) {
      SCOPED_TRACE(configuration.to_json().dump() + (training ? " in training" : " in prediction"));
      expect_same_function(network, input, training);
    }
  }
}

TEST(Network, ComputesAnyGraphOfAnyOperations) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  torch::manual_seed(seed);
  const Shape input{3, 9, 8};
  for (int i = 0; i < 60; ++i) {
    const Architecture net = testing::random_network(input, 3, random);
    Network network(net, random);
    disturb(network);
    for (const bool training : {true, false}) {
      SCOPED_TRACE(net.to_json().dump() + (training ? " in training" : " in prediction"));
      expect_same_function(network, input, training);
    }
  }
}

TEST(Network, GroupsNormalizationsOnlyWhereNobodyElseReadsBetween) {
  Random random(1);
  Architecture net({1, 6, 6});
  const int conv = net.append("conv", Convolution{.filters = 4}, 0);
  const int norm = net.append("norm", BatchNorm{}, conv);
  const int relu = net.append("relu", Activation{}, norm);
  const int other = net.append("other", Convolution{.filters = 4}, relu);
  const int other_norm = net.append("other norm", BatchNorm{}, other);
  // The first normalization is read twice, and the sum reads two normalizations, the later one second.
  const int sum = net.append("sum", Add{}, {norm, other_norm});
  const int joined = net.append("joined", Concatenate{}, {sum, relu});
  const int twice = net.append("twice", Add{}, {joined, joined});
  const int end = net.append("end", Activation{}, twice);
  net.append("flat", Flatten{}, end);
  net.append("classes", Dense{.units = 3}, net.last());
  Network network(net, random);
  disturb(network);
  for (const bool training : {true, false}) expect_same_function(network, {1, 6, 6}, training);
}

TEST(Network, AFreshResidualBlockIsTheIdentity) {
  Random random(2);
  Architecture net({4, 6, 6});
  const int conv = net.append("conv", Convolution{.filters = 4}, 0);
  const int norm = net.append("norm", BatchNorm{}, conv);
  net.append("sum", Add{}, {norm, 0});
  Network network(net, random);
  const torch::Tensor x = torch::randn({3, 4, 6, 6});
  EXPECT_TRUE(torch::equal(network.forward(x, Precision::kFloat32), x));
}

TEST(Network, Bfloat16StaysNearFloat32) {
  Random random(3);
  Network network(testing::first_macro_network({1, 16, 16}, 5, 2), random);
  const torch::Tensor x = torch::randn({32, 1, 16, 16});
  const torch::Tensor exact = network.forward(x, Precision::kFloat32);
  const torch::Tensor rounded = network.forward(x, Precision::kBfloat16);
  EXPECT_EQ(rounded.scalar_type(), torch::kFloat32);
  // Ten layers that round to 8 bits each.
  EXPECT_LT((rounded - exact).norm().item<double>(), 0.05 * exact.norm().item<double>());
  EXPECT_GT((rounded - exact).norm().item<double>(), 0.0) << "it was computed in another precision";
}

TEST(Network, TheSameSeedGivesTheSameWeights) {
  const Architecture net = testing::first_macro_network({1, 8, 8}, 2, 1);
  Random a(9), b(9), c(10);
  const Network first(net, a), same(net, b), other(net, c);
  EXPECT_TRUE(torch::equal(first.parameters()[0], same.parameters()[0]));
  EXPECT_FALSE(torch::equal(first.parameters()[0], other.parameters()[0]));
}

TEST(Network, SharesTheTensorsThatItIsGiven) {
  Random random(5);
  const Architecture net = testing::random_network({2, 8, 8}, 3, random);
  std::map<std::string, torch::Tensor> bank;
  const TensorSource source = [&](const std::string& name, at::IntArrayRef sizes, const auto& draw) {
    torch::Tensor& tensor = bank[name];
    if (!tensor.defined()) tensor = draw();
    EXPECT_EQ(tensor.sizes(), sizes);
    return tensor;
  };
  Network first(net, random, source);
  Network second(net, random, source);
  const auto second_parameters = second.named_parameters();
  for (const auto& entry : first.named_parameters()) {
    EXPECT_TRUE(entry.value().is_same(second_parameters[entry.key()])) << entry.key();
    EXPECT_TRUE(entry.value().is_same(bank.at(entry.key()))) << entry.key();
  }
  EXPECT_EQ(bank.size(), first.named_parameters().size() + first.named_buffers().size());
}

TEST(Network, ABlockIsNotSilencedWhereNothingElseIsAdded) {
  Random random(6);
  Architecture net({2, 6, 6});
  const int conv = net.append("conv", Convolution{.filters = 2}, 0);
  const int norm = net.append("norm", BatchNorm{}, conv);
  const int nothing = net.append("nothing", Zero{}, 0);
  const int sum = net.append("sum", Add{}, {norm, nothing});
  const int again = net.append("again", BatchNorm{}, sum);
  net.append("residual sum", Add{}, {again, sum});
  Network network(net, random);
  const auto parameters = network.named_parameters();
  EXPECT_EQ(parameters["norm:weight"].sum().item<double>(), 2.0);
  EXPECT_EQ(parameters["again:weight"].sum().item<double>(), 0.0);
}

TEST(Network, BiasesAndNormalizationsDoNotDecay) {
  Random random(1);
  const Network network(testing::first_macro_network({1, 8, 8}, 2, 1), random);
  std::int64_t parameters = 0;
  for (const ParameterGroupMember& member : network.optimizer_members()) {
    EXPECT_EQ(member.decay_factor, member.parameter.dim() > 1 ? 1.0 : 0.0);
    parameters += member.parameter.numel();
  }
  EXPECT_EQ(parameters, network.architecture().parameters());
}

}  // namespace
}  // namespace nascent
