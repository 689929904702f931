#include "training/tabular_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "nascent/core/error.h"
#include "training/best_epoch.h"
#include "training/epoch_batches.h"
#include "training/schedule.h"
#include "training/table_network.h"
#include "training/tabular_loss.h"
#include "training/tabular_module.h"
#include "training/time_budget.h"
#include "training/value_ranks.h"

namespace nascent {
namespace {

constexpr const char* kDescriptionFile = "network.json";
constexpr std::size_t kPredictionBatch = 1024;
constexpr AdamWOptions kAdam = {.beta1 = 0.9, .beta2 = 0.95};

/// Adam's rates, dropout and decay along a training, and how long it is.
struct TabularTraining {
  double learning_rate;
  double weight_decay;
  double dropout;
  double label_smoothing = 0.0;
  double sigma = 0.0;  ///< of the periodic embeddings
  std::size_t batch;
  int epochs;
};

bool is_periodic(const Configuration& configuration) {
  return configuration.find("numeric_embedding") != nullptr && configuration.choice("numeric_embedding") == "periodic";
}

TabularTraining training_of(const Configuration& configuration) {
  TabularTraining training{.learning_rate = configuration.number("learning_rate"),
                           .weight_decay = configuration.number("weight_decay"),
                           .dropout = configuration.number("dropout"),
                           .batch = std::stoul(configuration.choice("batch_size")),
                           .epochs = static_cast<int>(configuration.integer("epochs"))};
  if (configuration.find("label_smoothing") != nullptr) {
    training.label_smoothing = configuration.number("label_smoothing");
  }
  if (is_periodic(configuration)) training.sigma = configuration.branch("numeric_embedding").number("sigma");
  return training;
}

/// The last `ranks` of the numeric columns are the ranks of others: these are what is embedded.
TabularShape shape_of(const Configuration& configuration, const Task& task, const FeatureRows& features,
                      std::size_t ranks) {
  TabularShape shape{.numbers = static_cast<std::int64_t>(features.numbers.columns),
                     .cardinalities = features.cardinalities,
                     .layers = configuration.integer("layers"),
                     .units = configuration.integer("units"),
                     .outputs = static_cast<std::int64_t>(task.outputs()),
                     .activation = activation_of(configuration.choice("activation"))};
  if (configuration.find("embedding") != nullptr) shape.embedding = configuration.integer("embedding");
  if (is_periodic(configuration)) {
    shape.periodic_size = configuration.branch("numeric_embedding").integer("size");
    for (std::size_t i = ranks; i > 0; --i)
      shape.periodic_columns.push_back(shape.numbers - static_cast<std::int64_t>(i));
  }
  return shape;
}

/// Up within the first twentieth, at the peak until the middle, then down to zero along half a cosine.
double rate_at(double progress) { return flat_cosine(progress) * std::min(1.0, 0.05 + 20.0 * progress); }

bool has_to_stop(const FitContext& context) {
  return context.deadline.passed() || (context.should_stop && context.should_stop());
}

class TabularNetwork final : public TableNetwork {
 public:
  TabularNetwork(Configuration configuration, Task task)
      : TableNetwork(kDescriptionFile, std::move(configuration), std::move(task)) {}

  Json fit(const LabelledRows& training, const FitContext& context) override;
  Matrix predict(const FeatureRows& features) const override;

 private:
  torch::nn::Module* module() const override { return network_.get(); }
  Json describe() const override { return {{"shape", network_->shape().to_json()}, {"ranks", ranks_.to_json()}}; }
  void rebuild(const Json& description) override {
    ranks_ = ValueRanks::from_json(description.at("ranks"));
    network_ = std::make_unique<TabularModule>(TabularShape::from_json(description.at("shape")));
  }
  /// What the network reads: the features and the ranks of their numbers.
  FeatureRows prepared(const FeatureRows& features) const;
  Matrix predict_prepared(const FeatureRows& features) const;
  void read_targets(const std::vector<double>& target);
  double loss_of(const torch::Tensor& output, std::span<const std::uint32_t> rows, double smoothing);

  ValueRanks ranks_;
  std::unique_ptr<TabularModule> network_;
  // Of the rows that are being learned, and of one batch of them.
  std::vector<std::int32_t> labels_;
  std::vector<float> values_;
  std::vector<std::int32_t> batch_labels_;
  std::vector<float> batch_values_;
  torch::Tensor gradient_;
};

void TabularNetwork::read_targets(const std::vector<double>& target) {
  labels_.clear();
  values_.clear();
  if (task_.is_classification()) {
    labels_.assign(target.begin(), target.end());
    return;
  }
  target_ = TabularTarget(target);
  for (const double value : target) values_.push_back(target_.scaled(value));
}

double TabularNetwork::loss_of(const torch::Tensor& output, std::span<const std::uint32_t> rows, double smoothing) {
  if (!gradient_.defined() || gradient_.sizes() != output.sizes()) gradient_ = torch::empty_like(output);
  const auto* values = output.data_ptr<float>();
  auto* gradient = gradient_.data_ptr<float>();
  if (task_.is_classification()) {
    batch_labels_.clear();
    for (const std::uint32_t row : rows) batch_labels_.push_back(labels_[row]);
    return softmax_loss(values, output.size(0), output.size(1), batch_labels_.data(), smoothing, gradient);
  }
  batch_values_.clear();
  for (const std::uint32_t row : rows) batch_values_.push_back(values_[row]);
  return squared_loss(values, output.size(0), batch_values_.data(), gradient);
}

Json TabularNetwork::fit(const LabelledRows& training, const FitContext& context) {
  if (training.target.empty()) throw Error("The neural network got no rows to learn from.");
  if (has_to_stop(context)) throw Error("There was no time left to start the neural network.");
  task_ = context.task;
  const TabularTraining how = training_of(configuration_);
  const bool validated = context.validation != nullptr && !context.validation->target.empty();
  TimeBudget time(context.deadline, validated ? static_cast<double>(context.validation->target.size()) : 0.0);

  read_targets(training.target);
  ranks_ = is_periodic(configuration_) ? ValueRanks(training.features.numbers) : ValueRanks();
  const FeatureRows features = prepared(training.features);
  const FeatureRows validation = validated ? prepared(context.validation->features) : FeatureRows();
  network_ = std::make_unique<TabularModule>(shape_of(configuration_, task_, features, ranks_.columns().size()));
  Random random(context.seed, 1);
  network_->initialise(features, how.sigma, random);
  FlatOptimizer optimizer(network_->members(), kAdam);
  EpochBatches batches(training.target.size(), how.batch, Random(context.seed, 2));
  Random dropping(context.seed, 3);

  // A shorter training than planned goes through the whole schedule too, so that it ends at a small learning rate.
  const int epochs = !validated && context.rounds > 0 ? std::min(context.rounds, how.epochs) : how.epochs;
  const auto steps = static_cast<std::int64_t>(epochs) * static_cast<std::int64_t>(batches.batches());
  // Before half of the schedule is left there is still more to come from it than from what was seen.
  BestEpoch best(task_, context.metric, std::max(8, epochs / 2));
  double progress = 0.0;
  double training_seconds = 0.0;
  std::int64_t step = 0;
  int epoch = 0;
  bool cut = false;
  bool go_on = true;
  while (go_on && progress < 1.0) {
    if (step > 0 && has_to_stop(context)) {
      cut = true;
      break;
    }
    const Stopwatch watch;
    const std::span<const std::uint32_t> rows = batches.next();
    const torch::Tensor& output = network_->forward_training(features, rows, how.dropout, dropping);
    const double loss = loss_of(output, rows, how.label_smoothing);
    if (!std::isfinite(loss)) {
      throw Error(
          fmt::format("The neural network diverged: its loss became {} in epoch {}; a smaller learning rate may help.",
                      loss, epoch + 1));
    }
    network_->backward(gradient_);
    optimizer.step(how.learning_rate * rate_at(progress), how.weight_decay);
    ++step;
    training_seconds += watch.seconds();
    time.training_took(training_seconds / static_cast<double>(step * static_cast<std::int64_t>(batches.size())));
    // The seconds there are get known better on the way; progress never goes back.
    const double used = time.elapsed();
    progress = std::max(progress,
                        Progress(static_cast<double>(steps), time.for_training()).at(static_cast<double>(step), used));
    if (step % static_cast<std::int64_t>(batches.batches()) != 0 && progress < 1.0) continue;
    ++epoch;
    if (!validated) continue;
    const Stopwatch validation_watch;
    go_on = best.observe(epoch, context.validation->target, predict_prepared(validation), optimizer.values());
    time.validation_took(validation_watch.seconds());
  }
  cut = cut || (go_on && step < steps);
  const int rounds = best.epoch() > 0 ? best.epoch() : std::max(1, epoch);
  if (best.epoch() > 0) {
    const torch::NoGradGuard no_grad;
    torch::Tensor weights = optimizer.values();
    weights.copy_(best.weights());
  }
  return {{"rounds", rounds}, {"epochs", epoch}, {"parameters", optimizer.values().numel()}, {"cut", cut}};
}

FeatureRows TabularNetwork::prepared(const FeatureRows& features) const {
  return {.numbers = ranks_.appended_to(features.numbers),
          .codes = features.codes,
          .cardinalities = features.cardinalities};
}

Matrix TabularNetwork::predict(const FeatureRows& features) const {
  if (network_ == nullptr) throw InternalError("a neural network was asked to predict before it was fitted");
  return predict_prepared(prepared(features));
}

Matrix TabularNetwork::predict_prepared(const FeatureRows& features) const {
  Matrix out(features.rows(), task_.outputs());
  std::vector<std::uint32_t> rows(features.rows());
  std::iota(rows.begin(), rows.end(), std::uint32_t{0});
  for (std::size_t start = 0; start < rows.size(); start += kPredictionBatch) {
    const std::size_t count = std::min(kPredictionBatch, rows.size() - start);
    const torch::Tensor& result = network_->forward(features, std::span(rows).subspan(start, count));
    std::copy_n(result.data_ptr<float>(), count * out.columns, out.row(start).data());
  }
  if (task_.is_classification())
    softmax_rows(out.values.data(), static_cast<std::int64_t>(out.rows), static_cast<std::int64_t>(out.columns));
  finish(out);
  return out;
}

}  // namespace

std::unique_ptr<Learner> make_tabular_network(const Configuration& configuration, const Task& task) {
  return std::make_unique<TabularNetwork>(configuration, task);
}

}  // namespace nascent
