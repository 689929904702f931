#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/csrc/profiler/util.h>

#include <set>

#include "support/macro_networks.h"
#include "support/seed.h"
#include "training/network.h"
#include "training/plain_forward.h"
#include "training/random_network.h"

/// What an architecture says of its costs, against what libtorch has and does.
namespace nascent {
namespace {

/// As counted by libtorch's profiler: two floating point operations are one multiplication with an addition.
std::int64_t profiled_multiply_adds(Network& network, const Shape& input) {
  static std::int64_t operations;
  operations = 0;
  const at::CallbackHandle handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback([](const at::RecordFunction& call) -> std::unique_ptr<at::ObserverContext> {
        static const std::set<std::string> counted{"aten::conv2d", "aten::mm", "aten::addmm"};
        if (counted.contains(call.name())) {
          operations += static_cast<std::int64_t>(
              torch::profiler::impl::computeFlops(call.name(), torch::profiler::impl::saveExtraArgs(call)));
        }
        return nullptr;
      }).needsInputs(true));
  const torch::NoGradGuard no_grad;
  network.eval();
  network.forward(torch::randn({1, input.channels, input.height, input.width}), Precision::kFloat32);
  at::removeCallback(handle);
  return operations / 2;
}

std::int64_t stored_parameters(const Network& network) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : network.parameters()) count += parameter.numel();
  return count;
}

void expect_same_counts(const Architecture& net, Random& random) {
  SCOPED_TRACE(net.to_json().dump());
  Network network(net, random);
  EXPECT_EQ(net.parameters(), stored_parameters(network));
  EXPECT_EQ(net.multiply_adds(), profiled_multiply_adds(network, net.input_shape()));
  testing::PlainForward plain(network, false);
  const Shape& input = net.input_shape();
  plain(torch::zeros({1, input.channels, input.height, input.width}));
  EXPECT_EQ(net.activation_elements(), plain.elements());
}

TEST(NetworkCounts, ParametersMultiplyAddsAndActivationsAreThoseOfLibtorch) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const Shape input{3, 13, 10};
  const NetworkSpace networks = testing::macro_networks(input, 4);
  for (int i = 0; i < 40; ++i) {
    expect_same_counts(testing::random_network(input, 4, random), random);
    expect_same_counts(networks.build(networks.space.sample(random), {}), random);
  }
}

}  // namespace
}  // namespace nascent
