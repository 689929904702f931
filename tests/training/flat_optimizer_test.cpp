#include "training/flat_optimizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "training/torch.h"

namespace nascent {
namespace {

/// Parameters of several shapes (one of a size that no vector unit divides), twice: for ours and for libtorch's.
struct Twins {
  std::vector<torch::Tensor> ours;
  std::vector<torch::Tensor> theirs;

  Twins() {
    torch::manual_seed(3);
    for (const std::vector<std::int64_t>& sizes :
         std::vector<std::vector<std::int64_t>>{{16, 8, 3, 3}, {37}, {5, 7}, {1}}) {
      const torch::Tensor start = torch::randn(sizes);
      ours.push_back(start.clone().requires_grad_());
      theirs.push_back(start.clone().requires_grad_());
    }
  }
  std::vector<ParameterGroupMember> members() const {
    std::vector<ParameterGroupMember> list;
    for (const torch::Tensor& parameter : ours) list.push_back({parameter});
    return list;
  }
};

/// A loss whose gradients change from step to step.
torch::Tensor loss_of(const std::vector<torch::Tensor>& parameters, int step) {
  torch::Tensor loss = torch::zeros({});
  for (const torch::Tensor& p : parameters) loss = loss + ((p - 0.1 * step).pow(2) + 0.3 * torch::sin(7.0 * p)).sum();
  return loss;
}

void expect_same_path(Twins& twins, FlatOptimizer& ours, torch::optim::Optimizer& theirs, double rate, double decay,
                      double tolerance) {
  for (int step = 1; step <= 60; ++step) {
    ours.zero_gradients();
    loss_of(twins.ours, step).backward();
    ours.step(rate, decay);
    theirs.zero_grad();
    loss_of(twins.theirs, step).backward();
    theirs.step();
  }
  for (std::size_t i = 0; i < twins.ours.size(); ++i) {
    EXPECT_LT((twins.ours[i] - twins.theirs[i]).abs().max().item<double>(), tolerance) << "parameter " << i;
  }
}

// Both compute in float32 in another order of operations: 6e-8 relative for each, on values of about 1, over 60 steps
// that contract more than they spread. A wrong rule (decay left out, no Nesterov, a bias not corrected) differs by
// 1e-2.
constexpr double kTolerance = 2e-5;

TEST(FlatOptimizer, WalksWithTorchsSgd) {
  for (const bool nesterov : {true, false}) {
    for (const double decay : {0.0, 0.05}) {
      Twins twins;
      FlatOptimizer ours(twins.members(), SgdOptions{.momentum = 0.9, .nesterov = nesterov});
      torch::optim::SGD theirs(twins.theirs,
                               torch::optim::SGDOptions(0.005).momentum(0.9).nesterov(nesterov).weight_decay(decay));
      SCOPED_TRACE(nesterov ? "Nesterov" : "plain momentum");
      expect_same_path(twins, ours, theirs, 0.005, decay, kTolerance);
    }
  }
}

TEST(FlatOptimizer, WalksWithTorchsAdamW) {
  for (const double decay : {0.0, 0.1}) {
    Twins twins;
    FlatOptimizer ours(twins.members(), AdamWOptions{.beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8});
    torch::optim::AdamW theirs(twins.theirs,
                               torch::optim::AdamWOptions(0.02).betas({0.9, 0.95}).eps(1e-8).weight_decay(decay));
    expect_same_path(twins, ours, theirs, 0.02, decay, kTolerance);
  }
}

TEST(FlatOptimizer, FactorsScaleTheRateAndTheDecayOfTheirParameter) {
  const auto one = [] { return torch::ones({3}).requires_grad_(); };
  const torch::Tensor plain = one();
  const torch::Tensor fast = one();
  const torch::Tensor free_of_decay = one();
  FlatOptimizer optimizer({{plain, 1.0, 1.0}, {fast, 2.0, 1.0}, {free_of_decay, 1.0, 0.0}},
                          SgdOptions{.momentum = 0.0, .nesterov = false});
  (plain.sum() + fast.sum() + free_of_decay.sum()).backward();
  optimizer.step(0.1, 0.5);
  EXPECT_FLOAT_EQ(plain[0].item<float>(), 1.0F - 0.1F * 1.5F);
  EXPECT_FLOAT_EQ(fast[0].item<float>(), 1.0F - 0.2F * 1.5F);
  EXPECT_FLOAT_EQ(free_of_decay[0].item<float>(), 1.0F - 0.1F);
}

TEST(FlatOptimizer, KeepsAllParametersInOneRow) {
  Twins twins;
  FlatOptimizer optimizer(twins.members(), AdamWOptions{});
  ASSERT_EQ(optimizer.values().numel(), 16 * 8 * 9 + 37 + 35 + 1);
  EXPECT_TRUE(torch::equal(optimizer.values().narrow(0, 16 * 8 * 9, 37), twins.theirs[1]));
  {
    const torch::NoGradGuard no_grad;
    optimizer.values().fill_(0.25);
  }
  EXPECT_EQ(twins.ours[2].min().item<float>(), 0.25F) << "the owner's tensors are views of the row";
}

TEST(FlatOptimizer, ClipsByTheNormOfAllGradients) {
  const torch::Tensor a = torch::zeros({2}).requires_grad_();
  const torch::Tensor b = torch::zeros({1}).requires_grad_();
  FlatOptimizer optimizer({{a}, {b}}, SgdOptions{});
  (3.0 * a[0] + 4.0 * b[0]).backward();
  EXPECT_NEAR(optimizer.clip_gradients(1.0), 5.0, 1e-6);
  EXPECT_NEAR(a.grad()[0].item<double>(), 0.6, 1e-6);
  EXPECT_NEAR(optimizer.clip_gradients(10.0), 1.0, 1e-6);
  EXPECT_NEAR(b.grad()[0].item<double>(), 0.8, 1e-6);
}

}  // namespace
}  // namespace nascent
