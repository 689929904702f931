#include "training/network_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "nascent/core/error.h"
#include "training/mixup.h"
#include "training/schedule.h"
#include "training/time_budget.h"

namespace nascent {
namespace {

/// No report shortly before the last one.
constexpr double kLastReportBefore = 0.97;

FlatOptimizer make_optimizer(const Network& network, const NetworkTraining& training) {
  if (training.adamw) return FlatOptimizer(network.optimizer_members(), AdamWOptions{});
  return FlatOptimizer(network.optimizer_members(), SgdOptions{});
}

double relative_rate(Schedule schedule, double progress) {
  return schedule == Schedule::kCosine ? cosine(progress) : one_cycle(progress);
}

}  // namespace

/// One call of `train`.
class NetworkTrainer::Run {
 public:
  Run(NetworkTrainer& trainer, TrainingBatches& batches, const TrainingContext& context)
      : trainer_(trainer),
        batches_(batches),
        context_(context),
        time_(context.deadline, context.validation_rows),
        batch_(static_cast<double>(batches.batch_size())),
        budget_(context.samples > 0.0 ? std::max(context.samples, batch_) : std::numeric_limits<double>::infinity()),
        mixing_(context.seed, 5) {
    report_.validation = std::numeric_limits<double>::quiet_NaN();
    if (trainer_.training_.averaging) average_.emplace(trainer_.learned());
  }

  TrainingSummary operator()();

 private:
  void step();
  bool validate_and_report();

  NetworkTrainer& trainer_;
  TrainingBatches& batches_;
  const TrainingContext& context_;
  TimeBudget time_;
  const double batch_;
  const double budget_;
  Random mixing_;
  std::optional<WeightAverage> average_;
  TrainingReport report_;
  double samples_ = 0.0;
  double progress_ = 0.0;
  double loss_sum_ = 0.0;
  double training_seconds_ = 0.0;
  std::int64_t steps_ = 0;
  std::int64_t steps_at_report_ = 0;
};

TrainingSummary NetworkTrainer::Run::operator()() {
  if (time_.for_training() <= 0.0) throw Error("there was no time for a single batch");
  Network& network = trainer_.network_;
  const double epoch = batches_.epoch_samples();
  bool cut = false;
  network.train();
  while (progress_ < 1.0) {
    if (context_.should_stop && context_.should_stop()) {
      cut = true;
      break;
    }
    step();
    const bool epoch_ended = std::floor(samples_ / epoch) > std::floor((samples_ - batch_) / epoch);
    if (!epoch_ended || progress_ >= kLastReportBefore) continue;
    if (average_) average_->exchange();
    const bool go_on = validate_and_report();
    if (average_) average_->exchange();
    network.train();
    if (!go_on) {
      cut = true;
      break;
    }
  }
  if (steps_ == 0) throw Error("the fit was stopped before its first batch");
  if (average_) average_->exchange();
  // What was asked to stop may not have the time for a validation; without any there would be no result at all.
  if (steps_ > steps_at_report_ && (!cut || report_.step == 0)) validate_and_report();
  network.eval();
  return {.samples = samples_,
          .epochs = samples_ / epoch,
          .steps = steps_,
          .seconds = time_.elapsed(),
          .samples_per_second = samples_ / training_seconds_,
          .training_loss = report_.training_loss,
          .validation = report_.validation,
          .cut = cut};
}

void NetworkTrainer::Run::step() {
  const Stopwatch watch;
  const NetworkTraining& training = trainer_.training_;
  FlatOptimizer& optimizer = trainer_.optimizer_;
  const TrainingBatch& batch = batches_.next();
  optimizer.zero_gradients();
  const torch::Tensor loss = trainer_.loss_of(batch, mixing_);
  loss.backward();
  if (training.clip_gradients > 0.0) optimizer.clip_gradients(training.clip_gradients);
  optimizer.step(training.learning_rate * relative_rate(training.schedule, progress_), training.weight_decay);

  const auto loss_value = loss.item<double>();
  samples_ += batch_;
  ++steps_;
  if (!std::isfinite(loss_value)) {
    throw Error(fmt::format("diverged: the loss became NaN at epoch {:.1f}; a smaller learning rate may help",
                            samples_ / batches_.epoch_samples()));
  }
  loss_sum_ += loss_value;
  training_seconds_ += watch.seconds();
  time_.training_took(training_seconds_ / samples_);
  // The budget in seconds moves as the time of a validation gets known; progress never goes back.
  progress_ = std::max(progress_, Progress(budget_, time_.for_training()).at(samples_, time_.elapsed()));
  if (average_) average_->update(averaging_decay(steps_, static_cast<double>(steps_) / progress_));
}

bool NetworkTrainer::Run::validate_and_report() {
  if (context_.validate) {
    const Stopwatch watch;
    trainer_.network_.eval();
    report_.validation = context_.validate();
    time_.validation_took(watch.seconds());
  }
  ++report_.step;
  report_.samples = samples_;
  report_.epochs = samples_ / batches_.epoch_samples();
  report_.training_loss = loss_sum_ / static_cast<double>(std::max<std::int64_t>(1, steps_ - steps_at_report_));
  report_.seconds = time_.elapsed();
  loss_sum_ = 0.0;
  steps_at_report_ = steps_;
  return !context_.on_report || context_.on_report(report_);
}

NetworkTrainer::NetworkTrainer(Network& network, const NetworkTraining& training, Precision precision,
                               torch::Device device)
    : network_(network),
      training_(training),
      precision_(precision),
      device_(device),
      optimizer_(make_optimizer(network, training)) {}

TrainingSummary NetworkTrainer::train(TrainingBatches& batches, const TrainingContext& context) {
  torch::manual_seed(mix_seed(context.seed, 2));  // dropout's
  return Run(*this, batches, context)();
}

torch::Tensor NetworkTrainer::loss_of(const TrainingBatch& batch, Random& mixing) {
  namespace F = torch::nn::functional;
  const double share = training_.mixup > 0.0 ? draw_beta(training_.mixup, mixing) : 1.0;
  const auto taken = [&](const torch::Tensor& tensor) {
    return (training_.mixup > 0.0 ? mixed(tensor, share) : tensor).to(device_);
  };
  const torch::Tensor output = network_.forward(taken(batch.input), precision_);
  if (batch.values.defined()) return torch::mse_loss(output.squeeze(1), taken(batch.values));
  const auto options = F::CrossEntropyFuncOptions().label_smoothing(training_.label_smoothing);
  if (training_.mixup > 0.0) {
    const torch::Tensor targets = torch::one_hot(batch.classes, output.size(1)).to(torch::kFloat32);
    return F::cross_entropy(output, taken(targets), options);
  }
  return F::cross_entropy(output, batch.classes.to(device_), options);
}

std::vector<torch::Tensor> NetworkTrainer::learned() const {
  std::vector<torch::Tensor> tensors{optimizer_.values()};
  for (const torch::Tensor& buffer : network_.buffers()) {
    if (buffer.is_floating_point()) tensors.push_back(buffer);
  }
  return tensors;
}

torch::Tensor NetworkTrainer::state() const {
  std::vector<torch::Tensor> rows;
  for (const torch::Tensor& tensor : learned()) rows.push_back(tensor.detach().reshape({-1}));
  return torch::cat(rows);
}

void NetworkTrainer::restore(const torch::Tensor& state) {
  const torch::NoGradGuard no_grad;
  std::int64_t at = 0;
  for (torch::Tensor& tensor : learned()) {
    tensor.copy_(state.narrow(0, at, tensor.numel()).view(tensor.sizes()));
    at += tensor.numel();
  }
}

}  // namespace nascent
