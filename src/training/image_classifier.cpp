#include "nascent/training/image_classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/data/metric.h"
#include "training/augmented_images.h"
#include "training/inherit.h"
#include "training/model_description.h"
#include "training/network_trainer.h"
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

/// An inherited network is not to be shaken up: without a long warm-up and with a quarter of the peak, 5,000 images
/// more brought 204,778 inherited weights from 0.875 to 0.885 (at the whole peak to 0.876). What is new learns as ever,
/// so the less was inherited the higher is the peak. A parent that had hardly learned (0.72) would gain more at the
/// whole peak.
constexpr double kInheritedPeak = 0.25;

NetworkTraining for_inherited(NetworkTraining training, double share) {
  training.learning_rate *= std::pow(kInheritedPeak, share);
  training.schedule = Schedule::kCosine;
  return training;
}

const char* name_of(Exactness exactness) {
  switch (exactness) {
    case Exactness::kApproximate:
      return "approximate";
    case Exactness::kInference:
      return "inference";
    case Exactness::kTraining:
      return "training";
  }
  throw InternalError("an exactness is unknown to the classifier");
}

}  // namespace

struct ImageClassifier::State {
  ImageSchema schema;
  NetworkTraining training;
  Architecture architecture;
  Precision precision;
  torch::Device device;
  PixelStatistics statistics;
  std::shared_ptr<Network> network;  ///< null before the first fit
  Matrix validation_predictions;
  double inherited_share = 0.0;  ///< of the weights, until the next fit

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
  std::vector<double> truth;
  for (const std::uint32_t row : rows) truth.push_back(images.labels()[row]);
  validation_predictions = predict(images, rows, false);
  return score(metric, schema.task, truth, validation_predictions);
}

ImageClassifier::ImageClassifier(Architecture architecture, NetworkTraining training, ImageSchema schema,
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
  s.check_size(images);
  const Metric& metric = metric_named(context.metric, s.schema.task.kind);
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t row : training) {
    if (images.labels()[row] >= 0) rows.push_back(row);
  }
  if (rows.empty()) throw InputError("there is no training image with a known class");
  if (s.network == nullptr) {
    s.statistics = pixel_statistics(images, rows);
    s.make_network(context.seed);
  }
  AugmentedImages batches(images, std::move(rows), s.statistics,
                          s.training.augmentation_for(s.schema.height, s.schema.width),
                          static_cast<std::size_t>(s.training.batch_size), context.seed, s.device.is_cuda());
  const double inherited = std::exchange(s.inherited_share, 0.0);
  NetworkTrainer trainer(*s.network, inherited > 0.0 ? for_inherited(s.training, inherited) : s.training, s.precision,
                         s.device);
  TrainingContext circumstances{.seed = context.seed,
                                .samples = context.samples,
                                .deadline = context.deadline,
                                .should_stop = context.should_stop,
                                .validate = {},
                                .validation_rows = static_cast<double>(validation.size()),
                                .on_report = context.on_report};
  if (!validation.empty()) circumstances.validate = [&] { return s.validate(images, validation, metric); };
  const TrainingSummary result = trainer.train(batches, circumstances);

  Json details = {{"samples", result.samples},
                  {"epochs", result.epochs},
                  {"steps", result.steps},
                  {"seconds", result.seconds},
                  {"images_per_second", result.samples_per_second},
                  {"parameters", s.architecture.parameters()},
                  {"multiply_adds", s.architecture.multiply_adds()},
                  {"network", summary(s.architecture)},
                  {"training_loss", result.training_loss},
                  {"cut", result.cut}};
  if (!validation.empty()) details["validation"] = {{metric.name, result.validation}};
  return details;
}

Json ImageClassifier::inherit(const std::filesystem::path& parent_folder, std::uint64_t seed, const Origins& origins) {
  State& s = *state_;
  const ImageClassifier parent = load(parent_folder, {.precision = s.precision, .device = s.device.str()});
  if (parent.schema().channels != s.schema.channels) {  // another size is no hindrance
    throw InputError(fmt::format("{}: the network was made for images of {}, not of {}", parent_folder.string(),
                                 to_string(parent.architecture().input_shape()),
                                 to_string(s.architecture.input_shape())));
  }
  s.statistics = parent.state_->statistics;
  s.make_network(seed);
  const InheritReport report = inherit_weights(*parent.state_->network, *s.network, origins);
  s.network->eval();
  s.inherited_share = report.share;
  return {{"exactness", name_of(report.exactness)},
          {"inherited_share", report.share},
          {"why_not_exact", report.why_not_exact}};
}

Matrix ImageClassifier::predict(const ImageSet& images, std::span<const std::uint32_t> rows,
                                bool mirror_average) const {
  return state_->predict(images, rows, mirror_average);
}

const Matrix& ImageClassifier::validation_predictions() const { return state_->validation_predictions; }
const Network& ImageClassifier::network() const { return *state_->network; }
const PixelStatistics& ImageClassifier::pixels() const { return state_->statistics; }
const Architecture& ImageClassifier::architecture() const { return state_->architecture; }
const ImageSchema& ImageClassifier::schema() const { return state_->schema; }
const NetworkTraining& ImageClassifier::training() const { return state_->training; }

void ImageClassifier::save(const std::filesystem::path& folder) const {
  if (state_->network == nullptr) throw InternalError("an image classifier was to be saved before it was fitted");
  save_weights(*state_->network, folder / kWeightsFile);
  const Json description = {{"version", 1},
                            {"schema", state_->schema.to_json()},
                            {"training", state_->training.to_json()},
                            {"pixels", state_->statistics.to_json()},
                            {"architecture", state_->architecture.to_json()}};
  write_file(folder / kDescriptionFile, description.dump(1) + "\n");
}

ImageClassifier ImageClassifier::load(const std::filesystem::path& folder, ImageClassifierOptions options) {
  std::unique_ptr<State> state;
  read_description(folder / kDescriptionFile, [&](const Json& json) {
    state = std::make_unique<State>(State{.schema = ImageSchema::from_json(json.at("schema")),
                                          .training = NetworkTraining::from_json(json.at("training")),
                                          .architecture = Architecture::from_json(json.at("architecture")),
                                          .precision = options.precision,
                                          .device = device_named(options.device),
                                          .statistics = PixelStatistics::from_json(json.at("pixels")),
                                          .network = nullptr,
                                          .validation_predictions = {}});
  });
  state->make_network(0);
  load_weights(*state->network, folder / kWeightsFile);
  state->network->eval();
  return ImageClassifier(std::move(state));
}

}  // namespace nascent
