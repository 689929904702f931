// The training loop of all networks, and its parts: mixed examples, averaged weights, bounded gradients, schedules.
#include "training/network_trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nascent/core/error.h"
#include "support/seed.h"
#include "training/mixup.h"
#include "training/schedule.h"

namespace nascent {
namespace {

/// Points of the plane: their class is the quadrant, their value x + 2 y.
class Points final : public TrainingBatches {
 public:
  explicit Points(std::uint64_t seed, bool values = false, std::int64_t size = 32) : random_(seed) {
    batch_.input = torch::empty({size, 2});
    if (values) {
      batch_.values = torch::empty({size});
    } else {
      batch_.classes = torch::empty({size}, torch::kInt64);
    }
  }
  std::size_t batch_size() const override { return static_cast<std::size_t>(batch_.input.size(0)); }
  double epoch_samples() const override { return 320.0; }
  const TrainingBatch& next() override {
    auto* input = batch_.input.data_ptr<float>();
    for (std::int64_t i = 0; i < batch_.input.size(0); ++i) {
      const double x = random_.uniform(-1.0, 1.0);
      const double y = random_.uniform(-1.0, 1.0);
      input[2 * i] = static_cast<float>(x);
      input[2 * i + 1] = static_cast<float>(y);
      if (batch_.classes.defined()) {
        batch_.classes.data_ptr<std::int64_t>()[i] = (x > 0.0 ? 1 : 0) + (y > 0.0 ? 2 : 0);
      } else {
        batch_.values.data_ptr<float>()[i] = static_cast<float>(x + 2.0 * y);
      }
    }
    return batch_;
  }

 private:
  Random random_;
  TrainingBatch batch_;
};

Architecture small_net(int outputs, bool norm = true) {
  Architecture net({2, 0, 0});
  net.append("hidden", Dense{.units = 16}, net.last());
  if (norm) net.append("norm", BatchNorm{}, net.last());
  net.append("activation", Activation{}, net.last());
  net.append("output", Dense{.units = outputs}, net.last());
  return net;
}

/// A network with its trainer.
struct Learning {
  explicit Learning(const NetworkTraining& training, int outputs = 4, bool norm = true)
      : Learning(training, small_net(outputs, norm), Random(1)) {}
  Learning(const NetworkTraining& training, Architecture architecture, Random random)
      : network(std::make_shared<Network>(std::move(architecture), random)),
        trainer(*network, training, Precision::kFloat32, torch::kCPU) {}
  TrainingSummary train(double samples, bool values = false, std::uint64_t seed = 3) {
    Points points(seed, values);
    return trainer.train(points, {.seed = seed, .samples = samples});
  }
  std::shared_ptr<Network> network;
  NetworkTrainer trainer;
};

constexpr NetworkTraining plain() { return {.learning_rate = 0.1, .weight_decay = 0.0}; }

TEST(NetworkTrainer, LearnsClassesAndValuesWithEitherOptimizerAndSchedule) {
  for (const bool adamw : {false, true}) {
    for (const Schedule schedule : {Schedule::kOneCycle, Schedule::kCosine}) {
      NetworkTraining training = plain();
      training.adamw = adamw;
      training.schedule = schedule;
      if (adamw) training.learning_rate = 0.02;
      SCOPED_TRACE(training.to_json().dump());
      // Guessing costs log 4 = 1.39; the mean as a guess costs the variance, (1 + 4) / 3 = 1.67.
      EXPECT_LT(Learning(training).train(10'000).training_loss, 0.4);
      EXPECT_LT(Learning(training, 1).train(10'000, true).training_loss, 0.1);
    }
  }
}

TEST(NetworkTrainer, LearnsWithEveryOptionAtOnce) {
  NetworkTraining training = plain();
  training.mixup = 0.2;
  training.averaging = true;
  training.clip_gradients = 1.0;
  training.label_smoothing = 0.05;
  Learning classes(training);
  classes.train(10'000);
  Points points(9);
  const TrainingBatch& batch = points.next();
  const torch::Tensor predicted = classes.network->forward(batch.input, Precision::kFloat32).argmax(1);
  EXPECT_GT((predicted == batch.classes).to(torch::kFloat32).mean().item<double>(), 0.85);
  EXPECT_LT(Learning(training, 1).train(10'000, true).training_loss, 0.5) << "mixed points have mixed values";
}

TEST(NetworkTrainer, OneSeedGivesOneResult) {
  NetworkTraining training = plain();
  training.mixup = 0.4;
  training.averaging = true;
  const auto state = [&](std::uint64_t seed) {
    Learning learning(training);
    learning.train(3'000, false, seed);
    return learning.trainer.state();
  };
  EXPECT_TRUE(torch::equal(state(5), state(5)));
  EXPECT_FALSE(torch::equal(state(5), state(6)));
}

TEST(NetworkTrainer, EndsWithinItsDeadlineAndSaysWhenThereIsNoTimeAtAll) {
  Learning learning(plain());
  Points points(1);
  const TrainingSummary summary = learning.trainer.train(points, {.deadline = Deadline::in(0.2)});
  EXPECT_GT(summary.steps, 0);
  EXPECT_FALSE(summary.cut) << "the schedule was completed";
  EXPECT_THROW(learning.trainer.train(points, {.samples = 100, .deadline = Deadline::in(-1.0)}), Error);
}

TEST(NetworkTrainer, GoesOnFromWhatItHasLearned) {
  Learning learning(plain());
  const double first = learning.train(3'000).training_loss;
  EXPECT_LT(learning.train(3'000).training_loss, first);
}

TEST(NetworkTrainer, RestoresAStateWithTheRunningStatistics) {
  Learning learning(plain());
  learning.train(1'000);
  const torch::Tensor state = learning.trainer.state();
  Points points(7);
  const torch::Tensor input = points.next().input.clone();
  const torch::Tensor before = learning.network->forward(input, Precision::kFloat32).detach();
  learning.train(1'000, false, 8);
  EXPECT_FALSE(torch::equal(learning.network->forward(input, Precision::kFloat32), before));
  learning.trainer.restore(state);
  EXPECT_TRUE(torch::equal(learning.network->forward(input, Precision::kFloat32), before));
}

TEST(NetworkTrainer, BoundsTheNormOfTheGradients) {
  // One step of plain descent (no momentum is there yet) moves the weights by rate * gradient, Nesterov's by 1.9 times.
  NetworkTraining training = plain();
  training.schedule = Schedule::kCosine;
  const auto moved = [&](double clip) {
    training.clip_gradients = clip;
    Learning learning(training, 4, false);
    const torch::Tensor before = learning.trainer.state();
    learning.train(1);
    return (learning.trainer.state() - before).norm().item<double>();
  };
  const double free = moved(0.0);
  const double rate = 0.1 * cosine(0.0) * 1.9;
  EXPECT_GT(free, 0.011 * rate);
  EXPECT_NEAR(moved(0.01), 0.01 * rate, 1e-6);  // float32 sums of some hundred numbers
  EXPECT_NEAR(moved(1e6), free, 1e-9) << "what is below the bound stays as it is";
}

TEST(NetworkTrainer, ValidatesAndKeepsTheAveragedWeights) {
  NetworkTraining training = plain();
  training.averaging = true;
  Learning learning(training);
  Points points(3);
  std::vector<torch::Tensor> validated;
  const TrainingSummary summary = learning.trainer.train(points, {.seed = 3, .samples = 9600, .validate = [&] {
                                                                    EXPECT_FALSE(learning.network->is_training());
                                                                    validated.push_back(learning.trainer.state());
                                                                    return 0.5;
                                                                  }});
  ASSERT_EQ(validated.size(), 30U) << "one for each epoch";
  EXPECT_EQ(summary.validation, 0.5);
  EXPECT_TRUE(torch::equal(validated.back(), learning.trainer.state()));

  training.averaging = false;
  Learning raw(training);
  raw.train(9600);
  EXPECT_FALSE(torch::equal(raw.trainer.state(), learning.trainer.state()));
  // Averaging only watches: the weights themselves take the same way, and the average stays near.
  const double distance = (raw.trainer.state() - learning.trainer.state()).norm().item<double>();
  EXPECT_LT(distance, 0.5 * raw.trainer.state().norm().item<double>());
}

TEST(WeightAverage, FollowsItsFormula) {
  torch::manual_seed(4);
  const torch::Tensor weights = torch::randn({3, 5});
  torch::Tensor expected = weights.clone();
  WeightAverage average({weights});
  for (const double decay : {0.1, 0.9, 0.75}) {
    weights.copy_(torch::randn({3, 5}));
    average.update(decay);
    expected = decay * expected + (1.0 - decay) * weights;
  }
  const torch::Tensor own = weights.clone();
  average.exchange();
  EXPECT_LT((weights - expected).abs().max().item<double>(), 1e-6);  // float32
  average.exchange();
  EXPECT_TRUE(torch::equal(weights, own));
}

TEST(WeightAverage, ReachesFurtherBackTheLongerATrainingIs) {
  EXPECT_DOUBLE_EQ(averaging_decay(1, 1e6), 2.0 / 11.0);
  EXPECT_DOUBLE_EQ(averaging_decay(100'000, 3'000), 1.0 - 1.0 / 100.0);
  EXPECT_DOUBLE_EQ(averaging_decay(10, 10), 0.0) << "of a handful of steps only the last counts";
}

TEST(Mixup, DrawsSharesOfABetaDistribution) {
  const std::uint64_t seed = testing::test_seed();
  SCOPED_TRACE(testing::seed_note(seed));
  Random random(seed);
  for (const double alpha : {0.05, 0.2, 1.0, 2.0}) {
    constexpr int kDraws = 20'000;
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < kDraws; ++i) {
      const double share = draw_beta(alpha, random);
      ASSERT_GE(share, 0.0);
      ASSERT_LE(share, 1.0);
      sum += share;
      squares += (share - 0.5) * (share - 0.5);
    }
    // Five standard errors of the mean (deviation at most 0.5) and of the variance (at most 0.25 / 2).
    const double variance = 1.0 / (4.0 * (2.0 * alpha + 1.0));
    EXPECT_NEAR(sum / kDraws, 0.5, 5.0 * 0.5 / std::sqrt(kDraws)) << alpha;
    EXPECT_NEAR(squares / kDraws, variance, 5.0 * 0.125 / std::sqrt(kDraws)) << alpha;
  }
}

TEST(Mixup, MixesEveryExampleAndItsTargetWithThePartnerFromTheOtherEnd) {
  const torch::Tensor examples = torch::tensor({{1.0F, 0.0F}, {0.0F, 1.0F}, {4.0F, 8.0F}});
  const torch::Tensor expected = torch::tensor({{1.75F, 2.0F}, {0.0F, 1.0F}, {3.25F, 6.0F}});
  EXPECT_TRUE(torch::allclose(mixed(examples, 0.75), expected));
}

TEST(Schedule, CosineStartsNearItsPeakAndFallsToZero) {
  EXPECT_NEAR(cosine(0.0), 0.1, 1e-12);
  EXPECT_NEAR(cosine(0.02), 1.0, 1e-12);
  EXPECT_NEAR(cosine(0.51), 0.5, 1e-12);
  EXPECT_NEAR(cosine(1.0), 0.0, 1e-12);
}

TEST(NetworkTraining, ReadsConfigurationsAndFilesThatLackTheNewerParameters) {
  Configuration branch;
  branch.set("learning_rate", 0.3);
  branch.set("weight_decay", 1e-4);
  Configuration configuration;
  configuration.set("optimizer", ChoiceValue{"sgd", branch});
  configuration.set("batch_size", ChoiceValue{"64", {}});
  NetworkTraining training = NetworkTraining::from_configuration(configuration);
  EXPECT_EQ(training.mixup, 0.0);
  EXPECT_EQ(training.schedule, Schedule::kOneCycle);
  EXPECT_FALSE(training.averaging);

  configuration.set("schedule", ChoiceValue{"cosine", {}});
  configuration.set("averaging", ChoiceValue{"ema", {}});
  configuration.set("mixup", 0.3);
  configuration.set("clip_gradients", 2.0);
  training = NetworkTraining::from_configuration(configuration);
  EXPECT_EQ(training.schedule, Schedule::kCosine);
  EXPECT_TRUE(training.averaging);
  EXPECT_EQ(training.mixup, 0.3);
  EXPECT_EQ(training.clip_gradients, 2.0);
  Json json = training.to_json();
  EXPECT_EQ(NetworkTraining::from_json(json).to_json(), json);
  for (const char* name : {"schedule", "mixup", "averaging", "clip_gradients"}) json.erase(name);
  EXPECT_EQ(NetworkTraining::from_json(json).mixup, 0.0);
}

}  // namespace
}  // namespace nascent
