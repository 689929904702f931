#include "training/dense_network.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nascent/architecture/network_space.h"
#include "nascent/core/error.h"
#include "training/best_epoch.h"
#include "training/network_trainer.h"
#include "training/table_batches.h"
#include "training/table_network.h"

namespace nascent {
namespace {

constexpr const char* kDescriptionFile = "dense_network.json";
constexpr std::size_t kPredictionBatch = 1024;
/// Normalizations need more than one row for a variance.
constexpr std::size_t kLeastRows = 2;

class DenseNetwork final : public TableNetwork {
 public:
  DenseNetwork(Configuration configuration, Task task)
      : TableNetwork(kDescriptionFile, std::move(configuration), std::move(task)) {}

  Json fit(const LabelledRows& training, const FitContext& context) override;
  Matrix predict(const FeatureRows& features) const override;

 private:
  torch::nn::Module* module() const override { return network_.get(); }
  Json describe() const override { return {{"architecture", network_->architecture().to_json()}}; }
  void rebuild(const Json& description) override {
    make_network(Architecture::from_json(description.at("architecture")), 0);
  }
  void make_network(Architecture architecture, std::uint64_t seed) {
    Random random(seed, 1);
    network_ = std::make_shared<Network>(std::move(architecture), random);
  }

  std::shared_ptr<Network> network_;  ///< null before `fit` and `load`
};

Json DenseNetwork::fit(const LabelledRows& training, const FitContext& context) {
  const Matrix& numbers = training.features.numbers;
  if (training.target.size() < kLeastRows) throw Error("A network needs at least two rows to learn from.");
  if (numbers.columns == 0) throw Error("A network needs at least one feature to learn from.");
  task_ = context.task;
  const NetworkTask what{.input = {static_cast<int>(numbers.columns), 0, 0},
                         .outputs = static_cast<int>(task_.outputs()),
                         .count = training.target.size()};
  make_network(make_network_space({}, what).build(configuration_, {}), context.seed);
  if (!task_.is_classification()) target_ = TabularTarget(training.target);

  const NetworkTraining how = NetworkTraining::from_configuration(configuration_);
  TableBatches batches(numbers, training.target, task_.is_classification() ? nullptr : &target_,
                       static_cast<std::size_t>(how.batch_size), context.seed);
  NetworkTrainer trainer(*network_, how, Precision::kFloat32, torch::kCPU);
  const bool validated = context.validation != nullptr && !context.validation->target.empty();
  // A shorter training than planned goes through the whole schedule too, so that it ends at a small learning rate.
  const auto planned = static_cast<int>(configuration_.integer("epochs"));
  const int epochs = !validated && context.rounds > 0 ? std::min(context.rounds, planned) : planned;
  // Before half of the schedule is left there is still more to come from it than from what was seen.
  BestEpoch best(task_, context.metric, std::max(8, epochs / 2));
  Matrix predictions;
  bool over = false;
  TrainingContext circumstances{.seed = context.seed,
                                .samples = epochs * batches.epoch_samples(),
                                .deadline = context.deadline,
                                .should_stop = context.should_stop};
  if (validated) {
    const LabelledRows& validation = *context.validation;
    circumstances.validation_rows = static_cast<double>(validation.target.size());
    circumstances.validate = [&] {
      predictions = predict(validation.features);
      return std::numeric_limits<double>::quiet_NaN();  // `BestEpoch` scores them
    };
    circumstances.on_report = [&](const TrainingReport& report) {
      const int epoch = std::max(1, static_cast<int>(std::lround(report.epochs)));
      over = !best.observe(epoch, validation.target, predictions, trainer.state());
      return !over;
    };
  }
  const TrainingSummary summary = trainer.train(batches, circumstances);
  if (best.epoch() > 0) trainer.restore(best.weights());
  const int seen = std::max(1, static_cast<int>(std::lround(summary.epochs)));
  return {{"rounds", best.epoch() > 0 ? best.epoch() : seen},
          {"epochs", seen},
          {"parameters", network_->architecture().parameters()},
          {"multiply_adds", network_->architecture().multiply_adds()},
          {"network", nascent::summary(network_->architecture())},
          {"cut", !over && summary.samples < circumstances.samples}};
}

Matrix DenseNetwork::predict(const FeatureRows& features) const {
  if (network_ == nullptr) throw InternalError("a dense network was asked to predict before it was fitted");
  const torch::NoGradGuard no_grad;
  Matrix out(features.rows(), task_.outputs());
  const Matrix& numbers = features.numbers;
  for (std::size_t start = 0; start < numbers.rows; start += kPredictionBatch) {
    const std::size_t count = std::min(kPredictionBatch, numbers.rows - start);
    const torch::Tensor input =
        torch::empty({static_cast<std::int64_t>(count), static_cast<std::int64_t>(numbers.columns)});
    std::copy_n(numbers.values.data() + start * numbers.columns, count * numbers.columns, input.data_ptr<float>());
    torch::Tensor result = network_->forward(input, Precision::kFloat32);
    if (task_.is_classification()) result = result.softmax(1);
    result = result.contiguous();
    std::copy_n(result.data_ptr<float>(), count * out.columns, out.values.data() + start * out.columns);
  }
  finish(out);
  return out;
}

}  // namespace

std::unique_ptr<Learner> make_dense_network(const Configuration& configuration, const Task& task) {
  return std::make_unique<DenseNetwork>(configuration, task);
}

}  // namespace nascent
