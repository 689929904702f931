#include "training/supernet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "nascent/core/error.h"
#include "support/seed.h"
#include "support/temporary_folder.h"
#include "training/augmented_images.h"
#include "training/flat_optimizer.h"
#include "training/image_problem.h"
#include "training/network.h"
#include "training/norm_statistics.h"
#include "training/schedule.h"
#include "training/shared_paths.h"

namespace nascent {
namespace {

using ::testing::HasSubstr;
using testing::path;
using testing::path_choice;
using testing::quarter_images;
using testing::quarter_schema;
using testing::row_range;
using testing::shared_space;
using testing::TemporaryFolder;

PathSampler always(Architecture architecture) {
  return [architecture = std::move(architecture)](Random&) { return std::vector<Architecture>{architecture}; };
}

class SupernetTest : public ::testing::Test {
 protected:
  Supernet trained(const PathSampler& paths, double samples, std::uint64_t seed = 3) const {
    Supernet supernet(quarter_schema(), {.learning_rate = 0.05, .batch_size = 64});
    supernet.train(images_, training_, paths, {.seed = seed, .samples = samples});
    return supernet;
  }
  SharedScore score(const Supernet& supernet, const Architecture& architecture) const {
    return supernet.score(architecture, images_, std::span(training_).first(128), validation_);
  }

  ImageSet images_ = quarter_images(600, 5);
  std::vector<std::uint32_t> training_ = row_range(0, 400);
  std::vector<std::uint32_t> validation_ = row_range(400, 600);
};

TEST_F(SupernetTest, WithOneArchitectureTrainsExactlyAsThatNetwork) {
  const Architecture net = path(8, "conv-3", "conv-3");
  const Supernet supernet = trained(always(net), 1280);
  const SharedScore shared = score(supernet, net);
  EXPECT_EQ(shared.untrained_parameters, 0);

  Random drawing(3, 1);
  Network network(net, drawing);
  for (auto& item : network.named_parameters()) {
    const torch::NoGradGuard no_grad;
    if (item.key().ends_with("norm:weight")) item.value().fill_(1.0);  // no block starts at zero in a supernet
  }
  FlatOptimizer optimizer(network.optimizer_members(), SgdOptions{});
  const PixelStatistics statistics = pixel_statistics(images_, training_);
  AugmentedImages batches(images_, training_, statistics, {}, 64, 3, false);
  network.train();
  for (int step = 0; step < 20; ++step) {
    const TrainingBatch& batch = batches.next();
    optimizer.zero_gradients();
    torch::nn::functional::cross_entropy(network.forward(batch.input, Precision::kFloat32), batch.classes,
                                         torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(0.05))
        .backward();
    optimizer.step(0.05 * one_cycle(step / 20.0), 5e-4);
  }
  const auto plain = [&](std::span<const std::uint32_t> rows) {
    torch::Tensor batch = torch::empty({static_cast<std::int64_t>(rows.size()), 1, 8, 8});
    write_plain_batch(images_, rows, statistics, batch.data_ptr<float>());
    return batch;
  };
  compute_norm_statistics(network, Precision::kFloat32, 2, [&](int i) {
    return plain(std::span(training_).subspan(static_cast<std::size_t>(i) * 64, 64));
  });
  const torch::NoGradGuard no_grad;
  const torch::Tensor alone = network.forward(plain(validation_), Precision::kFloat32).softmax(1);
  for (std::size_t r = 0; r < validation_.size(); ++r) {
    for (std::size_t c = 0; c < 4; ++c) {
      EXPECT_NEAR(shared.predictions.values[r * 4 + c],
                  alone[static_cast<std::int64_t>(r)][static_cast<std::int64_t>(c)].item<double>(), 1e-3);
    }
  }
}

TEST_F(SupernetTest, LearnsEveryPathOfASpaceByUniformAndByFairSampling) {
  for (const bool fair : {false, true}) {
    const Supernet supernet = trained(fair ? fair_paths(shared_space()) : uniform_paths(shared_space()), 12'000);
    for (const char* first : {"conv-3", "conv-5", "depthwise"}) {
      const SharedScore result = score(supernet, path(16, first));
      // Guessing gives 0.25.
      EXPECT_GT(result.value, 0.9) << first << (fair ? ", fair" : ", uniform");
      EXPECT_EQ(result.untrained_parameters, 0);
    }
  }
}

TEST_F(SupernetTest, OneSeedGivesOneResultAndScoringChangesNothing) {
  const Architecture net = path(16, "conv-5", "conv-3");
  const Supernet first = trained(uniform_paths(shared_space()), 2'000);
  const Supernet second = trained(uniform_paths(shared_space()), 2'000);
  const Supernet other = trained(uniform_paths(shared_space()), 2'000, 4);
  const Matrix expected = score(first, net).predictions;
  EXPECT_EQ(score(second, net).predictions.values, expected.values);
  EXPECT_NE(score(other, net).predictions.values, expected.values);
  score(first, path(8, "depthwise"));
  EXPECT_EQ(score(first, net).predictions.values, expected.values);
}

TEST_F(SupernetTest, ASavedOneGivesTheSameScoresAndGoesOnTraining) {
  const TemporaryFolder folder;
  Supernet supernet = trained(uniform_paths(shared_space()), 2'000);
  supernet.save(folder.path());
  Supernet loaded = Supernet::load(folder.path());
  const Architecture net = path(16, "conv-5", "conv-3");
  EXPECT_EQ(score(loaded, net).predictions.values, score(supernet, net).predictions.values);
  EXPECT_EQ(loaded.shared_parameters(), supernet.shared_parameters());
  for (Supernet* one : {&supernet, &loaded}) {
    one->train(images_, training_, uniform_paths(shared_space()), {.seed = 8, .samples = 640});
  }
  EXPECT_EQ(score(loaded, net).predictions.values, score(supernet, net).predictions.values);
}

TEST_F(SupernetTest, SaysWhichSavedFileIsMissingOrDamaged) {
  const TemporaryFolder folder;
  trained(always(path(8, "conv-3")), 64).save(folder.path());
  const auto error_of = [&]() -> std::string {
    try {
      Supernet::load(folder.path());
    } catch (const Error& error) {
      return error.what();
    }
    return "(no Error)";
  };
  std::filesystem::remove(folder / "shared_weights.pt");
  EXPECT_THAT(error_of(), HasSubstr("shared_weights.pt: no such file"));
  std::ofstream(folder / "supernet.json") << "{}";
  EXPECT_THAT(error_of(), HasSubstr("supernet.json is damaged"));
}

TEST_F(SupernetTest, CountsWhatNoPathHasTrained) {
  const Supernet supernet = trained(always(path(8, "conv-3")), 640);
  EXPECT_EQ(score(supernet, path(8, "conv-3", "conv-3")).untrained_parameters, 8 * 8 * 9 + 2 * 8);
}

TEST_F(SupernetTest, ReportsEpochsAndStopsWhenAsked) {
  Supernet supernet(quarter_schema(), {.batch_size = 64});
  std::vector<double> epochs;
  SupernetContext context{.samples = 3 * 400};
  context.on_report = [&](const SupernetReport& report) {
    epochs.push_back(report.epochs);
    return true;
  };
  const Json whole = supernet.train(images_, training_, uniform_paths(shared_space()), context);
  EXPECT_EQ(whole["cut"], false);
  EXPECT_EQ(whole["samples"].get<double>(), 19 * 64) << "19 batches of 64 are the first to reach 1,200";
  EXPECT_EQ(epochs, (std::vector<double>{7 * 64 / 400.0, 14 * 64 / 400.0, 19 * 64 / 400.0}));
  context.on_report = [](const SupernetReport&) { return false; };
  const Json cut = supernet.train(images_, training_, uniform_paths(shared_space()), context);
  EXPECT_EQ(cut["cut"], true);
  EXPECT_EQ(cut["samples"].get<double>(), 7 * 64);
  context.deadline = Deadline::in(-1.0);
  EXPECT_THROW(supernet.train(images_, training_, uniform_paths(shared_space()), context), Error);
}

TEST_F(SupernetTest, RefusesPathsAndImagesThatDoNotFit) {
  Supernet supernet = trained(always(path(8, "conv-3")), 64);
  Architecture other({1, 9, 8});
  other.append("pool", GlobalAveragePool{}, 0);
  other.append("classes", Dense{.units = 4}, 1);
  EXPECT_THROW(score(supernet, other), InputError);
  EXPECT_THROW(supernet.train(images_, training_, always(other), {.samples = 64}), InputError);
  const ImageSet larger = quarter_images(10, 1, 10);
  EXPECT_THROW(supernet.train(larger, row_range(0, 10), always(path(8, "conv-3")), {.samples = 64}), InputError);
}

TEST(NormStatistics, AreThoseOfTheData) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  torch::manual_seed(static_cast<std::int64_t>(seed));
  Architecture net({3, 8, 8});
  net.append("norm", BatchNorm{}, 0);
  net.append("pool", GlobalAveragePool{}, 1);
  net.append("classes", Dense{.units = 2}, 2);
  Random random(seed);
  Network network(net, random);
  // Batches that differ from each other: the mean of their variances is far from the variance of all.
  const torch::Tensor x = 2.0 * torch::randn({4 * 32, 3, 8, 8}) +
                          5.0 * torch::randn({4, 1, 3, 1, 1}).repeat({1, 32, 1, 1, 1}).view({128, 3, 1, 1});
  compute_norm_statistics(network, Precision::kFloat32, 4, [&](int i) { return x.narrow(0, 32 * i, 32); });
  EXPECT_FALSE(network.is_training());
  const auto buffers = network.named_buffers();
  EXPECT_TRUE(torch::allclose(buffers["norm:running_mean"], x.mean(at::IntArrayRef{0, 2, 3}), 1e-3, 1e-4));
  EXPECT_TRUE(torch::allclose(buffers["norm:running_variance"], x.var(at::IntArrayRef{0, 2, 3}), 1e-2, 1e-4));
}

TEST(PathSampler, UniformPathsAreOneAtATimeAndReachEveryNetwork) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  NetworkSpace space = shared_space();
  const PathSampler sampler = uniform_paths(space);
  std::set<std::string> seen;
  for (int i = 0; i < 2000; ++i) {
    const std::vector<Architecture> paths = sampler(random);
    ASSERT_EQ(paths.size(), 1U);
    seen.insert(paths[0].to_json().dump());
  }
  // 2 widths, 3 first and 2 second blocks, 1 + 3 + 9 lists: 156 networks, the commonest 39 times as often as the
  // rarest.
  EXPECT_GT(seen.size(), 140U);
}

TEST(PathSampler, FairPathsHaveEachCategoryEquallyOften) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  const PathSampler sampler = fair_paths(shared_space());
  for (int i = 0; i < 20; ++i) {
    const std::vector<Architecture> paths = sampler(random);
    ASSERT_EQ(paths.size(), 3U);
    std::multiset<std::string> kinds;
    for (const Architecture& net : paths) {
      const auto& conv = std::get<Convolution>(net.node(net.find("first/convolution")).operation);
      kinds.insert(conv.groups > 1 ? "depthwise" : conv.kernel == 3 ? "conv-3" : "conv-5");
    }
    EXPECT_EQ(kinds, (std::multiset<std::string>{"conv-3", "conv-5", "depthwise"}));
  }
}

TEST(PathSampler, NumbersElementsByTheirPlace) {
  Configuration block;
  block.set("kind", ChoiceValue{"conv-5", {}});
  Configuration configuration = path_choice(8, "conv-3");
  configuration.set("blocks", std::vector<Element>{{17, block}, {4, block}});
  const Configuration numbered = numbered_by_place(configuration);
  EXPECT_EQ(numbered.elements("blocks")[0].identity, 1U);
  EXPECT_EQ(numbered.elements("blocks")[1].identity, 2U);
  EXPECT_EQ(numbered.canonical(), configuration.canonical());
  EXPECT_GE(path_of(shared_space(), configuration).find("block-2/convolution"), 0);
}

}  // namespace
}  // namespace nascent
