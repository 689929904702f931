#include "training/network.h"

#include <gtest/gtest.h>

#include "nascent/architecture/macro_space.h"
#include "support/seed.h"
#include "training/weights_file.h"

namespace nascent {
namespace {

/// The architecture node by node with libtorch's own operations: no grouping, nothing in place, in float64.
torch::Tensor plain_forward(Network& network, const torch::Tensor& input, bool training) {
  const Architecture& net = network.architecture();
  const auto parameters = network.named_parameters();
  const auto buffers = network.named_buffers();
  const auto weight = [&](const Node& node, const char* name) {
    const torch::Tensor* found = parameters.find(node.name + ":" + name);
    if (found == nullptr) found = buffers.find(node.name + ":" + name);
    return found == nullptr ? torch::Tensor() : found->to(torch::kFloat64);
  };
  std::vector<torch::Tensor> values{input.to(torch::kFloat64)};
  for (int i = 1; i <= net.last(); ++i) {
    const Node& node = net.node(i);
    const torch::Tensor x = values[static_cast<std::size_t>(node.inputs[0])];
    torch::Tensor y = x;
    if (const auto* conv = std::get_if<Convolution>(&node.operation)) {
      y = torch::conv2d(x, weight(node, "weight"), weight(node, "bias"), conv->stride, conv->kernel / 2, 1,
                        conv->groups);
    } else if (std::holds_alternative<BatchNorm>(node.operation)) {
      y = torch::batch_norm(x, weight(node, "weight"), weight(node, "bias"), weight(node, "running_mean").clone(),
                            weight(node, "running_variance").clone(), training, 0.1, 1e-5, false);
    } else if (const auto* activation = std::get_if<Activation>(&node.operation)) {
      y = activation->kind == ActivationKind::kRelu ? torch::relu(x) : torch::silu(x);
    } else if (std::holds_alternative<MaxPool>(node.operation)) {
      y = torch::max_pool2d(x, 2, 2);
    } else if (std::holds_alternative<AveragePool>(node.operation)) {
      y = torch::avg_pool2d(x, 2, 2);
    } else if (std::holds_alternative<GlobalAveragePool>(node.operation)) {
      y = x.mean({2, 3});
    } else if (std::holds_alternative<Add>(node.operation)) {
      y = x + values[static_cast<std::size_t>(node.inputs[1])];
    } else if (std::holds_alternative<Concatenate>(node.operation)) {
      y = torch::cat({x, values[static_cast<std::size_t>(node.inputs[1])]}, 1);
    } else if (std::holds_alternative<Flatten>(node.operation)) {
      y = x.flatten(1);
    } else if (std::holds_alternative<Dense>(node.operation)) {
      y = torch::linear(x, weight(node, "weight"), weight(node, "bias"));
    }
    values.push_back(y);
  }
  return values.back();
}

/// Fresh networks have scales of one and zero, which would hide what is multiplied by them.
void disturb(Network& network) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(4);
  for (auto& parameter : network.parameters()) parameter.add_(0.2 * torch::randn_like(parameter));
  for (auto& buffer : network.named_buffers()) buffer.value().add_(0.3 * torch::rand_like(buffer.value()));
}

void expect_same_function(Network& network, const Shape& input, bool training) {
  network.train(training);
  const torch::Tensor x = torch::randn({6, input.channels, input.height, input.width});
  const torch::Tensor exact = plain_forward(network, x, training);
  const torch::Tensor upstream = torch::randn(exact.sizes().vec());
  std::vector<torch::Tensor> parameters = network.parameters();
  const auto exact_gradients = torch::autograd::grad({exact}, parameters, {upstream.to(torch::kFloat64)});
  const torch::Tensor y = network.forward(x, Precision::kFloat32);
  const auto gradients = torch::autograd::grad({y}, parameters, {upstream});
  // float32 against float64 through up to twenty layers.
  EXPECT_LT((y - exact).abs().max().item<double>(), 1e-3 * (1.0 + exact.abs().max().item<double>()));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    // A value within rounding of zero may be rectified on one side only; its share of the gradient is small.
    const double scale = exact_gradients[i].norm().item<double>() + 1e-2;
    ASSERT_LT((gradients[i] - exact_gradients[i]).norm().item<double>(), 0.02 * scale) << "parameter " << i;
  }
}

TEST(Network, ComputesWhatItsArchitectureSays) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  torch::manual_seed(seed);
  const Shape input{2, 9, 12};
  const SearchSpace space =
      macro_space({.channels = 2, .height = 9, .width = 12, .classes = 3}, {.stages = 2, .blocks = 2, .filters = 16});
  for (int i = 0; i < 25; ++i) {
    Configuration configuration = space.sample(random);
    configuration.set("dropout", 0.0);
    Network network(build_macro(configuration, input, 3), random);
    disturb(network);
    for (const bool training : {true, false}) {
      SCOPED_TRACE(configuration.to_json().dump() + (training ? " in training" : " in prediction"));
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
  const ImageTraits traits{.channels = 1, .height = 16, .width = 16, .classes = 5};
  Network network(build_macro(first_macro_networks(traits)[1], {1, 16, 16}, 5), random);
  const torch::Tensor x = torch::randn({32, 1, 16, 16});
  const torch::Tensor exact = network.forward(x, Precision::kFloat32);
  const torch::Tensor rounded = network.forward(x, Precision::kBfloat16);
  EXPECT_EQ(rounded.scalar_type(), torch::kFloat32);
  // Ten layers that round to 8 bits each.
  EXPECT_LT((rounded - exact).norm().item<double>(), 0.05 * exact.norm().item<double>());
  EXPECT_GT((rounded - exact).norm().item<double>(), 0.0) << "it was computed in another precision";
}

TEST(Network, TheSameSeedGivesTheSameWeights) {
  const ImageTraits traits{.channels = 1, .height = 8, .width = 8, .classes = 2};
  const Architecture net = build_macro(first_macro_networks(traits)[0], {1, 8, 8}, 2);
  Random a(9), b(9), c(10);
  const Network first(net, a), same(net, b), other(net, c);
  EXPECT_TRUE(torch::equal(first.parameters()[0], same.parameters()[0]));
  EXPECT_FALSE(torch::equal(first.parameters()[0], other.parameters()[0]));
}

TEST(Network, BiasesAndNormalizationsDoNotDecay) {
  Random random(1);
  const ImageTraits traits{.channels = 1, .height = 8, .width = 8, .classes = 2};
  const Network network(build_macro(first_macro_networks(traits)[0], {1, 8, 8}, 2), random);
  std::int64_t parameters = 0;
  for (const ParameterGroupMember& member : network.optimizer_members()) {
    EXPECT_EQ(member.decay_factor, member.parameter.dim() > 1 ? 1.0 : 0.0);
    parameters += member.parameter.numel();
  }
  EXPECT_EQ(parameters, network.architecture().parameters());
}

}  // namespace
}  // namespace nascent
