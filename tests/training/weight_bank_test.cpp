#include "training/weight_bank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "nascent/core/error.h"
#include "support/seed.h"
#include "support/temporary_folder.h"
#include "training/shared_paths.h"

namespace nascent {
namespace {

using ::testing::HasSubstr;
using testing::path;

constexpr std::int64_t kMegabyte = 1 << 20;

/// The tensors of an architecture as the bank has them now.
std::map<std::string, torch::Tensor> tensors(const WeightBank& bank, const Architecture& architecture) {
  Random random(99);
  const Network network(architecture, random, bank.source(architecture));
  std::map<std::string, torch::Tensor> copies;
  for (const auto& item : network.named_parameters()) copies[item.key()] = item.value().detach().clone();
  return copies;
}

class WeightBankTest : public ::testing::Test {
 protected:
  WeightBankTest() { torch::manual_seed(static_cast<std::int64_t>(seed_)); }

  void gather(const Architecture& architecture) {
    Network network(architecture, random_, bank_.source(architecture));
    bank_.adopt(network);
    network.train();
    network.forward(torch::randn({8, 1, 8, 8}), Precision::kFloat32).square().mean().backward();
  }
  void learn(const Architecture& architecture, double decay = 1e-3) {
    gather(architecture);
    bank_.step(0.1, decay);
  }

  std::uint64_t seed_ = testing::test_seed();
  ::testing::ScopedTrace note_{__FILE__, __LINE__, testing::seed_note(seed_)};
  Random random_{seed_};
  WeightBank bank_{64 * kMegabyte};
};

TEST_F(WeightBankTest, AStepChangesTheTensorsOfItsPathAndNoOthers) {
  learn(path(8, "conv-3", "conv-3"));
  learn(path(8, "depthwise"));  // leaves momentum behind
  const Architecture other = path(8, "depthwise", "conv-3");
  const auto before = tensors(bank_, other);
  const auto mine_before = tensors(bank_, path(8, "conv-3"));
  learn(path(8, "conv-3"));
  const auto after = tensors(bank_, other);
  const auto mine_after = tensors(bank_, path(8, "conv-3"));
  for (const auto& [name, tensor] : mine_before) EXPECT_FALSE(torch::equal(mine_after.at(name), tensor)) << name;
  for (const auto& [name, tensor] : before) {
    const bool of_path = name.starts_with("stem") || name.starts_with("classes") || name.starts_with("first/norm");
    EXPECT_EQ(torch::equal(after.at(name), tensor), !of_path) << name;
  }
}

TEST_F(WeightBankTest, StepsAreThoseOfTheOptimizerOfNetworks) {
  const Architecture net = path(8, "conv-5");
  Network shared(net, random_, bank_.source(net));
  bank_.adopt(shared);
  bank_.step(0.0, 0.0);
  Random same(seed_);
  Network alone(net, same);
  for (std::size_t i = 0; i < alone.parameters().size(); ++i) {
    const torch::NoGradGuard no_grad;
    alone.parameters()[i].copy_(shared.parameters()[i]);
  }
  FlatOptimizer optimizer(alone.optimizer_members(), SgdOptions{});
  for (int step = 0; step < 5; ++step) {
    const torch::Tensor x = torch::randn({8, 1, 8, 8});
    Network now(net, random_, bank_.source(net));
    bank_.adopt(now);
    for (Network* network : {&now, &alone}) network->train();
    now.forward(x, Precision::kFloat32).square().mean().backward();
    optimizer.zero_gradients();
    alone.forward(x, Precision::kFloat32).square().mean().backward();
    bank_.step(0.05, 1e-2);
    optimizer.step(0.05, 1e-2);
  }
  const auto mine = tensors(bank_, net);
  for (const auto& item : alone.named_parameters()) {
    EXPECT_TRUE(torch::allclose(mine.at(item.key()), item.value(), 1e-4, 1e-5)) << item.key();
  }
}

TEST_F(WeightBankTest, TheGradientsOfSeveralPathsAreAveragedWhereTheyMeet) {
  const Architecture a = path(8, "conv-3");
  const Architecture b = path(8, "conv-3", "conv-3");
  const torch::Tensor x = torch::randn({8, 1, 8, 8});
  std::map<std::string, torch::Tensor> mean;
  const auto before = [&] {
    Network first(b, random_, bank_.source(b));
    bank_.adopt(first);
    bank_.step(0.0, 0.0);
    return tensors(bank_, b);
  }();
  for (const Architecture* net : {&a, &b}) {  // by hand
    Network network(*net, random_, bank_.source(*net));
    network.train();
    network.forward(x, Precision::kFloat32).square().mean().backward();
    for (const auto& item : network.named_parameters()) {
      const double share = item.key().starts_with("second") ? 1.0 : 0.5;
      torch::Tensor& sum = mean[item.key()];
      sum = (sum.defined() ? sum : torch::zeros_like(item.value())) + share * item.value().grad();
    }
  }
  for (const Architecture* net : {&a, &b}) {
    Network network(*net, random_, bank_.source(*net));
    bank_.adopt(network);
    network.train();
    network.forward(x, Precision::kFloat32).square().mean().backward();
  }
  bank_.step(0.1, 0.0);
  const auto after = tensors(bank_, b);
  for (const auto& [name, gradient] : mean) {
    // Nesterov's first step is 1.9 times the gradient.
    EXPECT_TRUE(torch::allclose(after.at(name), before.at(name) - 0.19 * gradient, 1e-4, 1e-6)) << name;
  }
}

TEST_F(WeightBankTest, ANarrowNetworkUsesTheFirstChannelsOfAWideOne) {
  for (const bool narrow_first : {true, false}) {
    WeightBank bank(64 * kMegabyte);
    Network first(path(narrow_first ? 8 : 16, "conv-3"), random_, bank.source(path(narrow_first ? 8 : 16, "conv-3")));
    bank.adopt(first);
    const auto kept = tensors(bank, first.architecture());
    Network second(path(narrow_first ? 16 : 8, "conv-3"), random_, bank.source(path(narrow_first ? 16 : 8, "conv-3")));
    bank.adopt(second);
    for (const auto& [name, tensor] : tensors(bank, first.architecture())) {
      EXPECT_TRUE(torch::equal(tensor, kept.at(name))) << name << " changed when another size came";
    }
    const auto wide = tensors(bank, path(16, "conv-3"));
    const auto narrow = tensors(bank, path(8, "conv-3"));
    EXPECT_TRUE(torch::equal(wide.at("first/convolution:weight").narrow(0, 0, 8).narrow(1, 0, 8),
                             narrow.at("first/convolution:weight")));
    EXPECT_TRUE(torch::equal(wide.at("stem/norm:bias").narrow(0, 0, 8), narrow.at("stem/norm:bias")));
  }
}

TEST_F(WeightBankTest, TrainingANarrowNetworkLeavesTheOtherChannelsAlone) {
  learn(path(16, "conv-3"));
  const torch::Tensor before = tensors(bank_, path(16, "conv-3")).at("first/convolution:weight");
  learn(path(8, "conv-3"));
  const torch::Tensor after = tensors(bank_, path(16, "conv-3")).at("first/convolution:weight");
  const torch::Tensor same = before == after;
  EXPECT_FALSE(same.narrow(0, 0, 8).narrow(1, 0, 8).all().item<bool>());
  EXPECT_TRUE(same.narrow(0, 8, 8).all().item<bool>());
  EXPECT_TRUE(same.narrow(1, 8, 8).all().item<bool>());
}

TEST_F(WeightBankTest, ASmallKernelIsTheMiddleOfALargeOne) {
  learn(path(8, "conv-3"));
  learn(path(8, "conv-5"));
  const torch::Tensor small = tensors(bank_, path(8, "conv-3")).at("first/convolution:weight");
  const torch::Tensor large = tensors(bank_, path(8, "conv-5")).at("first/convolution:weight");
  EXPECT_TRUE(torch::equal(large.narrow(2, 1, 3).narrow(3, 1, 3), small));
}

TEST_F(WeightBankTest, CountsTheParametersThatNoPathHasHad) {
  learn(path(8, "conv-3"));
  const auto unknown = [&](const Architecture& net) {
    Random random(1);
    return bank_.unknown_parameters(Network(net, random, bank_.source(net)));
  };
  EXPECT_EQ(unknown(path(8, "conv-3")), 0);
  EXPECT_EQ(unknown(path(8, "conv-5")), 8 * 8 * 16) << "the border of the kernel";
  EXPECT_EQ(unknown(path(8, "depthwise")), 8 * 9) << "a depthwise convolution is no slice of a dense one";
  EXPECT_EQ(bank_.parameters(), path(8, "conv-3").parameters());
}

TEST_F(WeightBankTest, RefusesToGrowBeyondItsBytes) {
  WeightBank small(12 * 4'000);  // 4,000 parameters with gradient and momentum
  Network fits(path(8, "conv-3"), random_, small.source(path(8, "conv-3")));
  small.adopt(fits);
  Network large(path(16, "conv-5"), random_, small.source(path(16, "conv-5")));
  try {
    small.adopt(large);
    FAIL() << "16 x 16 x 25 parameters were taken in";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("use a smaller space"));
  }
}

TEST_F(WeightBankTest, ASavedBankGoesOnAsIfNothingHadHappened) {
  const testing::TemporaryFolder folder;
  learn(path(8, "conv-3"));
  learn(path(16, "depthwise"));
  bank_.save(folder.path() / "bank.pt");
  WeightBank other(64 * kMegabyte);
  other.load(folder.path() / "bank.pt");
  EXPECT_EQ(other.parameters(), bank_.parameters());
  const Architecture net = path(16, "depthwise");
  const torch::Tensor x = torch::randn({8, 1, 8, 8});
  for (WeightBank* bank : {&bank_, &other}) {
    Network network(net, random_, bank->source(net));
    bank->adopt(network);
    network.train();
    network.forward(x, Precision::kFloat32).square().mean().backward();
    bank->step(0.1, 1e-3);
  }
  const auto expected = tensors(bank_, net);
  for (const auto& [name, tensor] : tensors(other, net)) EXPECT_TRUE(torch::equal(tensor, expected.at(name))) << name;
}

TEST_F(WeightBankTest, SaysWhichFileIsDamagedOrTooLarge) {
  const testing::TemporaryFolder folder;
  const auto error_of = [&](WeightBank& bank, const std::filesystem::path& file) -> std::string {
    try {
      bank.load(file);
    } catch (const InputError& error) {
      return error.what();
    }
    return "(no InputError)";
  };
  EXPECT_THAT(error_of(bank_, folder.path() / "none.pt"), HasSubstr("none.pt: no such file"));
  std::ofstream(folder.path() / "text.pt") << "no archive";
  EXPECT_THAT(error_of(bank_, folder.path() / "text.pt"), HasSubstr("text.pt is damaged"));
  learn(path(16, "conv-5"));
  bank_.save(folder.path() / "large.pt");
  WeightBank small(1000);
  EXPECT_THAT(error_of(small, folder.path() / "large.pt"), HasSubstr("large.pt: these shared weights take"));
}

}  // namespace
}  // namespace nascent
