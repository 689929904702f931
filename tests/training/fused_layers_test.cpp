#include "training/fused_layers.h"

#include <gtest/gtest.h>

namespace nascent {
namespace {

struct Problem {
  torch::Tensor x;
  torch::Tensor residual;
  NormWeights weights;
  torch::Tensor upstream;  ///< the gradient that comes back
};

Problem make_problem(std::vector<std::int64_t> sizes, torch::ScalarType type, bool residual) {
  torch::manual_seed(11);
  const std::int64_t channels = sizes[1];
  Problem p;
  // A mean far from zero would show sums that cancel.
  p.x = (torch::randn(sizes) * 2.0 + 5.0).to(type).requires_grad_();
  if (residual) p.residual = torch::randn(sizes).to(type).requires_grad_();
  p.weights = {(torch::rand({channels}) + 0.5).requires_grad_(), torch::randn({channels}).requires_grad_(),
               torch::randn({channels}), torch::rand({channels}) + 0.5};
  p.upstream = torch::randn(sizes).to(type);
  return p;
}

/// What the layer stands for, in float64 and by libtorch.
struct Reference {
  torch::Tensor y, x_gradient, residual_gradient, weight_gradient, bias_gradient, running_mean, running_variance;
};

Reference reference_of(const Problem& p, bool relu, bool learns) {
  const auto copy = [](const torch::Tensor& t) { return t.detach().to(torch::kFloat64).clone(); };
  const torch::Tensor x = copy(p.x).requires_grad_();
  const torch::Tensor weight = copy(p.weights.weight).requires_grad_();
  const torch::Tensor bias = copy(p.weights.bias).requires_grad_();
  Reference r;
  r.running_mean = copy(p.weights.running_mean);
  r.running_variance = copy(p.weights.running_variance);
  torch::Tensor residual;
  torch::Tensor y = torch::batch_norm(x, weight, bias, r.running_mean, r.running_variance, learns, 0.1, 1e-5, false);
  if (p.residual.defined()) {
    residual = copy(p.residual).requires_grad_();
    y = y + residual;
  }
  if (relu) y = torch::relu(y);
  y.backward(p.upstream.to(torch::kFloat64));
  r.y = y.detach();
  r.x_gradient = x.grad();
  r.weight_gradient = weight.grad();
  r.bias_gradient = bias.grad();
  if (residual.defined()) r.residual_gradient = residual.grad();
  return r;
}

/// The share of values that differ by more than the tolerance, relative where values are large.
double share_beyond(const torch::Tensor& ours, const torch::Tensor& exact, double tolerance) {
  const torch::Tensor difference = (ours.detach().to(torch::kFloat64) - exact).abs();
  return (difference > tolerance * (1.0 + exact.abs())).to(torch::kFloat64).mean().item<double>();
}

void expect_matches(std::vector<std::int64_t> sizes, torch::ScalarType type, bool residual, bool relu) {
  Problem p = make_problem(sizes, type, residual);
  const Reference exact = reference_of(p, relu, true);
  const torch::Tensor y = norm_layer(p.x, p.residual, p.weights, {.learns = true, .relu = relu});
  y.backward(p.upstream);
  const bool coarse = type == torch::kBFloat16;
  // float32: 1e-7 a value, sums of thousands. bfloat16: results are rounded to 8 bits, 1/256 relative.
  const double tolerance = coarse ? 1.0 / 200.0 : 2e-5;
  // A value within rounding of zero may fall on the other side of the rectification, and its gradient with it.
  const double few = relu ? (coarse ? 0.01 : 1e-3) : 0.0;
  EXPECT_EQ(y.scalar_type(), type);
  EXPECT_LE(share_beyond(y, exact.y, tolerance), 0.0);
  EXPECT_LE(share_beyond(p.x.grad(), exact.x_gradient, tolerance), few);
  const double sum_tolerance = coarse ? 0.02 : 1e-4;
  EXPECT_LE(share_beyond(p.weights.weight.grad(), exact.weight_gradient, sum_tolerance), 0.0);
  EXPECT_LE(share_beyond(p.weights.bias.grad(), exact.bias_gradient, sum_tolerance), 0.0);
  EXPECT_LE(share_beyond(p.weights.running_mean, exact.running_mean, 1e-5), 0.0);
  EXPECT_LE(share_beyond(p.weights.running_variance, exact.running_variance, 1e-5), 0.0);
  if (residual) {
    EXPECT_LE(share_beyond(p.residual.grad(), exact.residual_gradient, tolerance), few);
  }
}

const std::vector<std::vector<std::int64_t>> kSizes = {{8, 16, 14, 14}, {5, 3, 7, 9}, {2, 1, 1, 3}, {64, 4, 1, 1}};

TEST(FusedLayers, TheNormLayerIsTorchsNormalizationAdditionAndRectification) {
  for (const auto& sizes : kSizes) {
    for (const bool residual : {false, true}) {
      for (const bool relu : {false, true}) {
        SCOPED_TRACE("sizes " + std::to_string(sizes[0]) + ", residual " + std::to_string(residual) + ", relu " +
                     std::to_string(relu));
        expect_matches(sizes, torch::kFloat32, residual, relu);
      }
    }
  }
}

TEST(FusedLayers, TheNormLayerRoundsBfloat16OnlyWhereItIsStored) {
  for (const bool residual : {false, true}) {
    for (const bool relu : {false, true}) {
      SCOPED_TRACE("residual " + std::to_string(residual) + ", relu " + std::to_string(relu));
      expect_matches({16, 8, 14, 14}, torch::kBFloat16, residual, relu);
    }
  }
}

TEST(FusedLayers, FixedStatisticsGiveTheSameWithAndWithoutGradients) {
  for (const bool residual : {false, true}) {
    Problem p = make_problem({4, 6, 5, 5}, torch::kFloat32, residual);
    const torch::Tensor before = p.weights.running_mean.clone();
    const Reference exact = reference_of(p, true, false);
    const torch::Tensor with_gradients = norm_layer(p.x, p.residual, p.weights, {.learns = false, .relu = true});
    with_gradients.backward(p.upstream);
    EXPECT_LE(share_beyond(p.x.grad(), exact.x_gradient, 2e-5), 1e-3);
    const torch::NoGradGuard no_grad;
    const torch::Tensor plain = norm_layer(p.x, p.residual, p.weights, {.learns = false, .relu = true});
    EXPECT_LE(share_beyond(plain, exact.y, 2e-5), 0.0);
    EXPECT_TRUE(torch::equal(p.weights.running_mean, before));
  }
}

TEST(FusedLayers, ASingleValueForEachChannelIsNormalizedByTheRunningStatistics) {
  Problem p = make_problem({1, 4, 1, 1}, torch::kFloat32, false);
  const Reference exact = reference_of(p, false, false);
  EXPECT_LE(share_beyond(norm_layer(p.x, {}, p.weights, {.learns = true, .relu = false}), exact.y, 2e-5), 0.0);
}

TEST(FusedLayers, NanGoesThroughTheRectification) {
  Problem p = make_problem({2, 1, 2, 2}, torch::kFloat32, false);
  const torch::NoGradGuard no_grad;
  p.x.data_ptr<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(norm_layer(p.x, {}, p.weights, {.learns = false, .relu = true}).isnan().any().item<bool>());
}

TEST(FusedLayers, PoolingPicksWhatTorchPicksAlsoAmongEquals) {
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    for (const auto& sizes :
         std::vector<std::vector<std::int64_t>>{{3, 4, 8, 8}, {2, 3, 7, 9}, {1, 1, 2, 2}, {2, 2, 28, 35}}) {
      torch::manual_seed(5);
      // Few different values, so that windows have several largest ones.
      const torch::Tensor start = torch::randint(-3, 4, sizes).to(type);
      const torch::Tensor ours = start.clone().requires_grad_();
      const torch::Tensor theirs = start.clone().requires_grad_();
      const torch::Tensor y = max_pool_2x2(ours);
      const torch::Tensor expected = torch::max_pool2d(theirs, 2, 2);
      ASSERT_TRUE(torch::equal(y, expected));
      const torch::Tensor upstream = torch::randn(y.sizes().vec()).to(type);
      y.backward(upstream);
      expected.backward(upstream);
      ASSERT_TRUE(torch::equal(ours.grad(), theirs.grad()));
    }
  }
}

}  // namespace
}  // namespace nascent
