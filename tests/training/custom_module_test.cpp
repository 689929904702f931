#include "nascent/training/custom_module.h"

#include <gtest/gtest.h>

#include "nascent/architecture/custom_operation.h"
#include "nascent/core/error.h"
#include "support/temporary_folder.h"
#include "training/network.h"
#include "training/weights_file.h"

namespace nascent {
namespace {

/// Mixes two inputs with learned weights, after normalizing their sum.
struct Blend : CustomModule {
  explicit Blend(int channels) {
    amounts = register_parameter("amounts", torch::rand({2, channels}));
    norm = register_module("norm", torch::nn::BatchNorm2d(channels));
  }
  torch::Tensor forward(const std::vector<torch::Tensor>& inputs) override {
    const auto part = [&](int i) { return inputs[static_cast<std::size_t>(i)] * amounts[i].view({-1, 1, 1}); };
    return norm(part(0) + part(1));
  }
  torch::Tensor amounts;
  torch::nn::BatchNorm2d norm = nullptr;
};

/// Says something else than it does.
struct Liar : CustomModule {
  torch::Tensor forward(const std::vector<torch::Tensor>& inputs) override { return inputs[0].flatten(1); }
};

void register_once() {
  static const bool done = [] {
    register_operation("blend", {.shape = [](const Json&, std::span<const Shape> inputs) { return inputs[0]; },
                                 .parameters = [](const Json&, std::span<const Shape> inputs) -> std::int64_t {
                                   return 4 * inputs[0].channels;
                                 }});
    register_module("blend", [](const Json&, std::span<const Shape> inputs) {
      return std::make_shared<Blend>(inputs[0].channels);
    });
    register_operation("liar", {.shape = [](const Json&, std::span<const Shape> inputs) { return inputs[0]; }});
    register_module("liar", [](const Json&, std::span<const Shape>) { return std::make_shared<Liar>(); });
    register_operation("homeless", {.shape = [](const Json&, std::span<const Shape> inputs) { return inputs[0]; }});
    return true;
  }();
  ASSERT_TRUE(done);
}

Architecture with_custom(const std::string& kind, int inputs) {
  Architecture net({2, 6, 6});
  const int conv = net.append("conv", Convolution{.filters = 2}, 0);
  net.append("own.node", Custom{.kind = kind}, inputs == 2 ? std::vector<int>{conv, 0} : std::vector<int>{conv});
  net.append("pool", GlobalAveragePool{}, net.last());
  net.append("classes", Dense{.units = 3}, net.last());
  return net;
}

std::string sentence(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(CustomModule, IsTrainedAndSavedWithItsNetwork) {
  register_once();
  Random random(1);
  const Architecture net = with_custom("blend", 2);
  Network network(net, random);
  std::int64_t parameters = 0;
  for (const ParameterGroupMember& member : network.optimizer_members()) parameters += member.parameter.numel();
  EXPECT_EQ(parameters, net.parameters());

  const torch::Tensor x = torch::randn({5, 2, 6, 6});
  (network.forward(x, Precision::kFloat32) - 1.0).square().sum().backward();
  for (const auto& entry : network.named_parameters()) {
    ASSERT_TRUE(entry.value().grad().defined()) << entry.key();
    EXPECT_GT(entry.value().grad().abs().max().item<double>(), 0.0) << entry.key();
  }

  network.eval();
  const testing::TemporaryFolder folder;
  save_weights(network, folder.path() / "weights.pt");
  Network other(net, random);
  other.eval();
  EXPECT_FALSE(torch::equal(other.forward(x, Precision::kFloat32), network.forward(x, Precision::kFloat32)));
  load_weights(other, folder.path() / "weights.pt");
  EXPECT_TRUE(torch::equal(other.forward(x, Precision::kFloat32), network.forward(x, Precision::kFloat32)));
}

TEST(CustomModule, IsGivenFloat32WhateverThePrecisionOfTheNetwork) {
  register_once();
  Random random(1);
  Network network(with_custom("blend", 2), random);
  network.eval();
  const torch::Tensor x = torch::randn({5, 2, 6, 6});
  const torch::Tensor exact = network.forward(x, Precision::kFloat32);
  EXPECT_LT((network.forward(x, Precision::kBfloat16) - exact).norm().item<double>(),
            0.05 * exact.norm().item<double>());
}

TEST(CustomModule, ErrorsNameTheNodeAndTheKind) {
  register_once();
  Random random(1);
  Network liar(with_custom("liar", 1), random);
  const std::string shape = sentence([&] { liar.forward(torch::randn({5, 2, 6, 6}), Precision::kFloat32); });
  EXPECT_EQ(shape,
            "node 'own.node': the module of its operation gave 72 numbers of Float for each example, not 2 × 6 × 6 as "
            "registered");
  const std::string unknown = sentence([&] { Network(with_custom("homeless", 1), random); });
  EXPECT_EQ(unknown, "node 'own.node': nobody has registered how the operation 'homeless' computes");
  EXPECT_EQ(sentence([] { register_module("blend", [](const Json&, std::span<const Shape>) { return nullptr; }); }),
            "operation 'blend': its module is registered already");
}

}  // namespace
}  // namespace nascent
