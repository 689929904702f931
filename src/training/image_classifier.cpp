#include "training/image_classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "nascent/architecture/macro_space.h"
#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/data/metric.h"
#include "training/image_batch.h"
#include "training/network.h"
#include "training/schedule.h"
#include "training/time_budget.h"
#include "training/weights_file.h"

namespace nascent {
namespace {

constexpr std::size_t kPredictionBatch = 256;
constexpr const char* kDescriptionFile = "image_classifier.json";
constexpr const char* kWeightsFile = "weights.pt";

torch::Device device_named(const std::string& name) {
  torch::Device device(torch::kCPU);
  try {
    device = torch::Device(name);
  } catch (const c10::Error&) {
    throw InputError(fmt::format("'{}' is no device; use cpu or cuda", name));
  }
  if (device.is_cuda() && !torch::cuda::is_available()) {
    throw InputError(fmt::format("device {}: this build of libtorch sees no CUDA device; use cpu", name));
  }
  return device;
}

std::unique_ptr<FlatOptimizer> make_optimizer(const Network& network, const ImageTraining& training) {
  if (training.adamw) return std::make_unique<FlatOptimizer>(network.optimizer_members(), AdamWOptions{});
  return std::make_unique<FlatOptimizer>(network.optimizer_members(), SgdOptions{});
}

/// Gives out batches of rows, each row once in an epoch, in an order of its own for each epoch.
class Shuffler {
 public:
  Shuffler(std::vector<std::uint32_t> rows, std::size_t batch, Random random)
      : rows_(std::move(rows)), batch_(std::min(batch, rows_.size())), random_(random), at_(rows_.size()) {}

  /// The rest of an epoch that does not fill a batch is left out: each epoch leaves out others.
  std::span<const std::uint32_t> next() {
    if (at_ + batch_ > rows_.size()) {
      random_.shuffle(rows_);
      at_ = 0;
    }
    at_ += batch_;
    return std::span(rows_).subspan(at_ - batch_, batch_);
  }
  std::size_t batch() const { return batch_; }

 private:
  std::vector<std::uint32_t> rows_;
  std::size_t batch_;
  Random random_;
  std::size_t at_;
};

}  // namespace

struct ImageClassifier::State {
  ImageSchema schema;
  ImageTraining training;
  Architecture architecture;
  Precision precision;
  torch::Device device;
  PixelStatistics statistics;
  std::shared_ptr<Network> network;  ///< null before the first fit
  Matrix validation_predictions;

  torch::Tensor batch_tensor(std::size_t rows) const {
    return torch::empty({static_cast<std::int64_t>(rows), schema.channels, schema.height, schema.width},
                        torch::TensorOptions().pinned_memory(device.is_cuda()));
  }
  void check_size(const ImageSet& images) const {
    if (images.channels() != schema.channels || images.height() != schema.height || images.width() != schema.width) {
      throw InputError(fmt::format("the images are {} x {} x {}, but the network was made for {} x {} x {}",
                                   images.channels(), images.height(), images.width(), schema.channels, schema.height,
                                   schema.width));
    }
  }
  void make_network(std::uint64_t seed) {
    Random random(seed, 1);
    network = std::make_shared<Network>(architecture, random);
    network->to(device);
  }
  Matrix predict(const ImageSet& images, std::span<const std::uint32_t> rows, bool mirror_average) const;
  double validate(const ImageSet& images, std::span<const std::uint32_t> rows, const Metric& metric);
};

Matrix ImageClassifier::State::predict(const ImageSet& images, std::span<const std::uint32_t> rows,
                                       bool mirror_average) const {
  if (network == nullptr) throw InternalError("an image classifier was asked to predict before it was fitted");
  check_size(images);
  const torch::NoGradGuard no_grad;
  network->eval();
  Matrix probabilities(rows.size(), schema.task.outputs());
  const torch::Tensor buffer = batch_tensor(std::min(kPredictionBatch, rows.size()));
  for (std::size_t start = 0; start < rows.size(); start += kPredictionBatch) {
    const std::size_t count = std::min(kPredictionBatch, rows.size() - start);
    write_plain_batch(images, rows.subspan(start, count), statistics, buffer.data_ptr<float>());
    const torch::Tensor input = buffer.narrow(0, 0, static_cast<std::int64_t>(count)).to(device);
    torch::Tensor result = network->forward(input, precision).softmax(1);
    if (mirror_average) result = (result + network->forward(input.flip({3}), precision).softmax(1)) / 2.0;
    result = result.cpu().contiguous();
    std::copy_n(result.data_ptr<float>(), static_cast<std::size_t>(result.numel()),
                probabilities.values.data() + start * probabilities.columns);
  }
  return probabilities;
}

double ImageClassifier::State::validate(const ImageSet& images, std::span<const std::uint32_t> rows,
                                        const Metric& metric) {
  if (rows.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> truth;
  for (const std::uint32_t row : rows) truth.push_back(images.labels()[row]);
  validation_predictions = predict(images, rows, false);
  return score(metric, schema.task, truth, validation_predictions);
}

ImageClassifier::ImageClassifier(const Configuration& configuration, ImageSchema schema, ImageClassifierOptions options)
    : ImageClassifier(build_macro(configuration, {schema.channels, schema.height, schema.width},
                                  static_cast<int>(schema.task.outputs())),
                      ImageTraining::from_configuration(configuration), schema, options) {}

ImageClassifier::ImageClassifier(Architecture architecture, ImageTraining training, ImageSchema schema,
                                 ImageClassifierOptions options) {
  const Shape input{schema.channels, schema.height, schema.width};
  const Shape output{static_cast<int>(schema.task.outputs()), 0, 0};
  if (architecture.input_shape() != input || architecture.output_shape() != output) {
    throw InputError(fmt::format("the network turns {} into {} numbers, but the images are {} and have {} classes",
                                 to_string(architecture.input_shape()), to_string(architecture.output_shape()),
                                 to_string(input), output.channels));
  }
  state_ = std::make_unique<State>(State{.schema = std::move(schema),
                                         .training = std::move(training),
                                         .architecture = std::move(architecture),
                                         .precision = options.precision,
                                         .device = device_named(options.device),
                                         .statistics = {},
                                         .network = nullptr,
                                         .validation_predictions = {}});
}

ImageClassifier::ImageClassifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
ImageClassifier::ImageClassifier(ImageClassifier&&) noexcept = default;
ImageClassifier& ImageClassifier::operator=(ImageClassifier&&) noexcept = default;
ImageClassifier::~ImageClassifier() = default;

Json ImageClassifier::fit(const ImageSet& images, std::span<const std::uint32_t> training,
                          std::span<const std::uint32_t> validation, const ImageFitContext& context) {
  State& s = *state_;
  TimeBudget time(context.deadline, static_cast<double>(validation.size()));
  s.check_size(images);
  const Metric& metric = metric_named(context.metric, s.schema.task.kind);
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t row : training) {
    if (images.labels()[row] >= 0) rows.push_back(row);
  }
  if (rows.empty()) throw InputError("there is no training image with a known class");
  if (time.for_training() <= 0.0) throw Error("there was no time for a single batch");
  const auto epoch_samples = static_cast<double>(rows.size());

  torch::manual_seed(mix_seed(context.seed, 2));
  if (s.network == nullptr) {
    s.statistics = pixel_statistics(images, rows);
    s.make_network(context.seed);
  }
  const std::unique_ptr<FlatOptimizer> optimizer = make_optimizer(*s.network, s.training);
  const Augmentation augmentation = s.training.augmentation_for(s.schema.height, s.schema.width);
  Random augmenting(context.seed, 3);
  Shuffler shuffler(std::move(rows), static_cast<std::size_t>(s.training.batch_size), Random(context.seed, 4));
  const auto batch = static_cast<double>(shuffler.batch());
  const double budget =
      context.samples > 0.0 ? std::max(context.samples, batch) : std::numeric_limits<double>::infinity();

  const torch::Tensor pixels = s.batch_tensor(shuffler.batch());
  const torch::Tensor classes = torch::empty({static_cast<std::int64_t>(shuffler.batch())}, torch::kInt64);
  const auto loss_options =
      torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(s.training.label_smoothing);

  double samples = 0.0;
  double progress = 0.0;
  double loss_sum = 0.0;
  double last_loss = 0.0;
  double training_seconds = 0.0;
  std::int64_t steps = 0;
  std::int64_t steps_at_report = 0;
  ImageReport report;
  report.validation = std::numeric_limits<double>::quiet_NaN();
  bool cut = false;

  const auto validate_and_report = [&] {
    const Stopwatch watch;
    report.validation = s.validate(images, validation, metric);
    time.validation_took(watch.seconds());
    ++report.step;
    report.samples = samples;
    report.epochs = samples / epoch_samples;
    report.training_loss = last_loss =
        loss_sum / static_cast<double>(std::max<std::int64_t>(1, steps - steps_at_report));
    report.seconds = time.elapsed();
    loss_sum = 0.0;
    steps_at_report = steps;
    s.network->train();
    return !context.on_report || context.on_report(report);
  };

  s.network->train();
  while (progress < 1.0) {
    if (context.should_stop && context.should_stop()) {
      cut = true;
      break;
    }
    const Stopwatch step_watch;
    const std::span<const std::uint32_t> chosen = shuffler.next();
    write_augmented_batch(images, chosen, s.statistics, augmentation, augmenting, pixels.data_ptr<float>());
    for (std::size_t i = 0; i < chosen.size(); ++i) classes.data_ptr<std::int64_t>()[i] = images.labels()[chosen[i]];

    optimizer->zero_gradients();
    const torch::Tensor output = s.network->forward(pixels.to(s.device), s.precision);
    const torch::Tensor loss = torch::nn::functional::cross_entropy(output, classes.to(s.device), loss_options);
    loss.backward();
    optimizer->step(s.training.learning_rate * one_cycle(progress), s.training.weight_decay);

    const auto loss_value = loss.item<double>();
    samples += batch;
    ++steps;
    if (!std::isfinite(loss_value)) {
      throw Error(fmt::format("diverged: the loss became NaN at epoch {:.1f}; a smaller learning rate may help",
                              samples / epoch_samples));
    }
    loss_sum += loss_value;
    training_seconds += step_watch.seconds();
    time.training_took(training_seconds / samples);
    // The budget in seconds moves as the time of a validation gets known; progress never goes back.
    progress = std::max(progress, Progress(budget, time.for_training()).at(samples, time.elapsed()));
    const bool epoch_ended = std::floor(samples / epoch_samples) > std::floor((samples - batch) / epoch_samples);
    // No report shortly before the last one.
    if (epoch_ended && progress < 0.97 && !validate_and_report()) {
      cut = true;
      break;
    }
  }
  if (steps == 0) throw Error("the fit was stopped before its first batch");
  // What was asked to stop may not have the time for a validation; without any there would be no result at all.
  if (steps > steps_at_report && (!cut || report.step == 0)) validate_and_report();
  s.network->eval();

  Json details = {{"samples", samples},
                  {"epochs", samples / epoch_samples},
                  {"steps", steps},
                  {"seconds", time.elapsed()},
                  {"images_per_second", samples / training_seconds},
                  {"parameters", s.architecture.parameters()},
                  {"multiply_adds", s.architecture.multiply_adds()},
                  {"network", summary(s.architecture)},
                  {"training_loss", last_loss},
                  {"cut", cut}};
  if (!validation.empty()) details["validation"] = {{metric.name, report.validation}};
  return details;
}

Matrix ImageClassifier::predict(const ImageSet& images, std::span<const std::uint32_t> rows,
                                bool mirror_average) const {
  return state_->predict(images, rows, mirror_average);
}

const Matrix& ImageClassifier::validation_predictions() const { return state_->validation_predictions; }
const Architecture& ImageClassifier::architecture() const { return state_->architecture; }
const ImageSchema& ImageClassifier::schema() const { return state_->schema; }
const ImageTraining& ImageClassifier::training() const { return state_->training; }

void ImageClassifier::save(const std::filesystem::path& folder) const {
  if (state_->network == nullptr) throw InternalError("an image classifier was to be saved before it was fitted");
  save_weights(*state_->network, folder / kWeightsFile);
  const Json description = {
      {"version", 1},
      {"schema", state_->schema.to_json()},
      {"training", state_->training.to_json()},
      {"pixels", {{"mean", state_->statistics.mean}, {"deviation", state_->statistics.deviation}}},
      {"architecture", state_->architecture.to_json()}};
  write_file(folder / kDescriptionFile, description.dump(1) + "\n");
}

ImageClassifier ImageClassifier::load(const std::filesystem::path& folder, ImageClassifierOptions options) {
  const std::filesystem::path path = folder / kDescriptionFile;
  const std::string text = read_file(path);
  std::unique_ptr<State> state;
  try {
    const Json json = Json::parse(text);
    state = std::make_unique<State>(State{.schema = ImageSchema::from_json(json.at("schema")),
                                          .training = ImageTraining::from_json(json.at("training")),
                                          .architecture = Architecture::from_json(json.at("architecture")),
                                          .precision = options.precision,
                                          .device = device_named(options.device),
                                          .statistics = {json.at("pixels").at("mean").get<std::vector<float>>(),
                                                         json.at("pixels").at("deviation").get<std::vector<float>>()},
                                          .network = nullptr,
                                          .validation_predictions = {}});
  } catch (const Json::exception& error) {
    throw InputError(fmt::format("{} is damaged: {}", path.string(), error.what()));
  }
  state->make_network(0);
  load_weights(*state->network, folder / kWeightsFile);
  state->network->eval();
  return ImageClassifier(std::move(state));
}

}  // namespace nascent
