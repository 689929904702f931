#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "nascent/core/deadline.h"
#include "nascent/training/network_training.h"
#include "nascent/training/precision.h"
#include "nascent/training/training_report.h"
#include "training/flat_optimizer.h"
#include "training/network.h"
#include "training/torch.h"
#include "training/weight_average.h"

namespace nascent {

/// What a network learns from in one step: examples and what is true of them. On the CPU.
struct TrainingBatch {
  torch::Tensor input;    ///< float32: examples x channels x height x width, or examples x features
  torch::Tensor classes;  ///< int64, one for each example; undefined when values are learned
  torch::Tensor values;   ///< float32, one for each example; undefined when classes are learned
};

/// Gives out batches for ever: images with augmentation, rows of a table.
class TrainingBatches {
 public:
  virtual ~TrainingBatches() = default;
  virtual std::size_t batch_size() const = 0;  ///< examples in every batch
  virtual double epoch_samples() const = 0;    ///< examples in an epoch
  /// Valid until the next call.
  virtual const TrainingBatch& next() = 0;
};

/// The circumstances of one training.
struct TrainingContext {
  std::uint64_t seed = 0;
  /// Examples to see, counted with repetitions; 0 for no bound. The schedule follows this budget or the time until the
  /// deadline, whichever runs out first, to its end.
  double samples = 0.0;
  Deadline deadline;                  ///< training and the last validation end by then
  std::function<bool()> should_stop;  ///< asked at every batch; may be empty
  /// May be empty. Called with the network in evaluation mode and with the weights that would be kept.
  std::function<double()> validate;
  double validation_rows = 0.0;  ///< how many examples that predicts: to keep time for it before the first
  /// May be empty. False ends the training, with the weights as they are.
  std::function<bool(const TrainingReport&)> on_report;
};

/// How a training ended.
struct TrainingSummary {
  double samples = 0.0;
  double epochs = 0.0;
  std::int64_t steps = 0;
  double seconds = 0.0;
  double samples_per_second = 0.0;  ///< of the steps alone
  double training_loss = 0.0;       ///< of the last report
  double validation = 0.0;          ///< the last; NaN without any
  bool cut = false;                 ///< `should_stop` or `on_report` ended it before its budget
};

/// The training loop of every network: images and tables, classes (cross entropy) and values (mean squared error).
///
/// One seed gives one result, unless a deadline shortens the schedule. Owns the optimizer, whose buffers hold the
/// network's weights from the construction on; the network must outlive it. Not safe for use by several threads.
class NetworkTrainer {
 public:
  NetworkTrainer(Network& network, const NetworkTraining& training, Precision precision, torch::Device device);

  /// Leaves the network in evaluation mode, with the averaged weights if the training asks for them. Throws `Error`
  /// when the loss becomes NaN, and when not a single batch fits before the deadline.
  TrainingSummary train(TrainingBatches& batches, const TrainingContext& context);

  /// Everything that was learned in one row, running statistics included: keep a copy to remember it.
  torch::Tensor state() const;
  void restore(const torch::Tensor& state);

 private:
  class Run;
  std::vector<torch::Tensor> learned() const;
  torch::Tensor loss_of(const TrainingBatch& batch, Random& mixing);

  Network& network_;
  NetworkTraining training_;
  Precision precision_;
  torch::Device device_;
  FlatOptimizer optimizer_;
};

}  // namespace nascent
