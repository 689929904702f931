#include "training/supernet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/data/metric.h"
#include "nascent/training/network_training.h"
#include "training/augmented_images.h"
#include "training/model_description.h"
#include "training/network.h"
#include "training/norm_statistics.h"
#include "training/schedule.h"
#include "training/weight_bank.h"

namespace nascent {
namespace {

constexpr std::size_t kPredictionBatch = 256;
constexpr const char* kDescriptionFile = "supernet.json";
constexpr const char* kWeightsFile = "shared_weights.pt";

Json to_json(const SupernetOptions& options) {
  return {{"learning_rate", options.learning_rate},
          {"weight_decay", options.weight_decay},
          {"batch_size", options.batch_size},
          {"augmentation", options.augmentation},
          {"label_smoothing", options.label_smoothing},
          {"precision", options.precision == Precision::kBfloat16 ? "bfloat16" : "float32"}};
}

SupernetOptions options_from_json(const Json& json) {
  return {.learning_rate = json.at("learning_rate").get<double>(),
          .weight_decay = json.at("weight_decay").get<double>(),
          .batch_size = json.at("batch_size").get<int>(),
          .augmentation = json.at("augmentation").get<std::string>(),
          .label_smoothing = json.at("label_smoothing").get<double>(),
          .precision = json.at("precision") == "bfloat16" ? Precision::kBfloat16 : Precision::kFloat32};
}

}  // namespace

struct Supernet::State {
  ImageSchema schema;
  SupernetOptions options;
  WeightBank bank;
  PixelStatistics statistics;  ///< empty before the first training

  void check_images(const ImageSet& images) const {
    if (images.channels() != schema.channels || images.height() != schema.height || images.width() != schema.width) {
      throw InputError(fmt::format("the images are {} x {} x {}, but the supernet was made for {} x {} x {}",
                                   images.channels(), images.height(), images.width(), schema.channels, schema.height,
                                   schema.width));
    }
  }
  void check_path(const Architecture& path) const {
    const Shape input{schema.channels, schema.height, schema.width};
    const Shape output{static_cast<int>(schema.task.outputs()), 0, 0};
    if (path.input_shape() != input || path.output_shape() != output) {
      throw InputError(fmt::format(
          "a path of the supernet turns {} into {} numbers, but the images are {} and have {} classes",
          to_string(path.input_shape()), to_string(path.output_shape()), to_string(input), output.channels));
    }
  }
  std::int64_t shared_parameters() const { return bank.parameters(); }
  /// Gathers the gradients of one path; returns its loss.
  double learn(const Architecture& path, const TrainingBatch& batch, Random& drawing);
  torch::Tensor plain_batch(const ImageSet& images, std::span<const std::uint32_t> rows) const;
};

double Supernet::State::learn(const Architecture& path, const TrainingBatch& batch, Random& drawing) {
  check_path(path);
  Network network(path, drawing, bank.source(path));
  bank.adopt(network);
  network.train();
  const auto loss_options = torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(options.label_smoothing);
  const torch::Tensor loss = torch::nn::functional::cross_entropy(network.forward(batch.input, options.precision),
                                                                  batch.classes, loss_options);
  loss.backward();
  return loss.item<double>();
}

torch::Tensor Supernet::State::plain_batch(const ImageSet& images, std::span<const std::uint32_t> rows) const {
  torch::Tensor batch =
      torch::empty({static_cast<std::int64_t>(rows.size()), schema.channels, schema.height, schema.width});
  write_plain_batch(images, rows, statistics, batch.data_ptr<float>());
  return batch;
}

Supernet::Supernet(ImageSchema schema, SupernetOptions options) {
  const std::int64_t largest_bytes = options.largest_bytes;
  state_ = std::make_unique<State>(State{
      .schema = std::move(schema), .options = std::move(options), .bank = WeightBank(largest_bytes), .statistics = {}});
}
Supernet::Supernet(std::unique_ptr<State> state) : state_(std::move(state)) {}
Supernet::Supernet(Supernet&&) noexcept = default;
Supernet& Supernet::operator=(Supernet&&) noexcept = default;
Supernet::~Supernet() = default;

Json Supernet::train(const ImageSet& images, std::span<const std::uint32_t> rows, const PathSampler& paths,
                     const SupernetContext& context) {
  State& s = *state_;
  const SupernetOptions& options = s.options;
  s.check_images(images);
  std::vector<std::uint32_t> known;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(known),
               [&](std::uint32_t row) { return images.labels()[row] >= 0; });
  if (known.empty()) throw InputError("there is no training image with a known class");
  if (s.statistics.mean.empty()) s.statistics = pixel_statistics(images, known);

  torch::manual_seed(mix_seed(context.seed, 2));  // dropout's
  const NetworkTraining training{.augmentation = options.augmentation};
  AugmentedImages batches(images, std::move(known), s.statistics,
                          training.augmentation_for(s.schema.height, s.schema.width),
                          static_cast<std::size_t>(options.batch_size), context.seed, false);
  Random drawing(context.seed, 1);
  Random choosing(context.seed, 6);
  const double budget = context.samples > 0.0 ? context.samples : std::numeric_limits<double>::infinity();
  const Stopwatch watch;
  const Progress progress(budget, context.deadline.remaining());

  SupernetReport report;
  double progressed = 0.0;
  double last_report = 0.0;
  double loss_sum = 0.0;
  std::int64_t losses = 0;
  std::int64_t steps = 0;
  bool cut = false;
  const auto tell = [&] {
    report.epochs = report.samples / batches.epoch_samples();
    report.training_loss = loss_sum / static_cast<double>(losses);
    report.seconds = watch.seconds();
    report.shared_parameters = s.shared_parameters();
    loss_sum = 0.0;
    losses = 0;
    last_report = report.samples;
    return !context.on_report || context.on_report(report);
  };

  while (progressed < 1.0 && !context.deadline.passed()) {
    cut = context.should_stop && context.should_stop();
    if (cut) break;
    const TrainingBatch& batch = batches.next();
    for (const Architecture& path : paths(choosing)) {
      const double loss = s.learn(path, batch, drawing);
      report.samples += static_cast<double>(batches.batch_size());
      if (!std::isfinite(loss)) {
        throw Error(fmt::format("diverged: the loss became NaN at epoch {:.1f}; a smaller learning rate may help",
                                report.samples / batches.epoch_samples()));
      }
      loss_sum += loss;
      ++losses;
    }
    s.bank.step(options.learning_rate * one_cycle(progressed), options.weight_decay);
    ++steps;
    progressed = std::max(progressed, progress.at(report.samples, watch.seconds()));
    cut = report.samples - last_report >= batches.epoch_samples() && progressed < 1.0 && !tell();
    if (cut) break;
  }
  if (steps == 0) throw Error("there was no time for a single step of the supernet");
  if (losses > 0) tell();
  return {{"samples", report.samples},
          {"epochs", report.epochs},
          {"steps", steps},
          {"seconds", report.seconds},
          {"images_per_second", report.samples / report.seconds},
          {"training_loss", report.training_loss},
          {"shared_parameters", report.shared_parameters},
          {"cut", cut}};
}

SharedScore Supernet::score(const Architecture& architecture, const ImageSet& images,
                            std::span<const std::uint32_t> calibration, std::span<const std::uint32_t> validation,
                            const std::string& metric) const {
  const State& s = *state_;
  if (s.statistics.mean.empty()) throw InternalError("a supernet was asked for a score before it was trained");
  s.check_images(images);
  s.check_path(architecture);
  if (calibration.empty() || validation.empty()) {
    throw InputError("the score of an architecture needs images to calibrate on and to validate on");
  }
  const torch::NoGradGuard no_grad;
  Random drawing(0, 1);
  Network network(architecture, drawing, s.bank.source(architecture));
  const std::size_t size = std::min(static_cast<std::size_t>(s.options.batch_size), calibration.size());
  compute_norm_statistics(network, s.options.precision, static_cast<int>(calibration.size() / size), [&](int i) {
    return s.plain_batch(images, calibration.subspan(static_cast<std::size_t>(i) * size, size));
  });

  SharedScore result{.predictions = Matrix(validation.size(), s.schema.task.outputs()),
                     .untrained_parameters = s.bank.unknown_parameters(network)};
  std::vector<double> truth;
  for (const std::uint32_t row : validation) truth.push_back(images.labels()[row]);
  for (std::size_t start = 0; start < validation.size(); start += kPredictionBatch) {
    const std::size_t count = std::min(kPredictionBatch, validation.size() - start);
    const torch::Tensor part =
        network.forward(s.plain_batch(images, validation.subspan(start, count)), s.options.precision)
            .softmax(1)
            .contiguous();
    std::copy_n(part.data_ptr<float>(), static_cast<std::size_t>(part.numel()),
                result.predictions.values.data() + start * result.predictions.columns);
  }
  const Task& task = s.schema.task;
  result.value = nascent::score(metric_named(metric, task.kind), task, truth, result.predictions);
  return result;
}

const ImageSchema& Supernet::schema() const { return state_->schema; }
std::int64_t Supernet::shared_parameters() const { return state_->shared_parameters(); }

void Supernet::save(const std::filesystem::path& folder) const {
  const State& s = *state_;
  if (s.statistics.mean.empty()) throw InternalError("a supernet was to be saved before it was trained");
  s.bank.save(folder / kWeightsFile);
  const Json description = {{"version", 1},
                            {"schema", s.schema.to_json()},
                            {"training", to_json(s.options)},
                            {"pixels", s.statistics.to_json()}};
  write_file(folder / kDescriptionFile, description.dump(1) + "\n");
}

Supernet Supernet::load(const std::filesystem::path& folder, std::int64_t largest_bytes) {
  std::unique_ptr<State> state;
  read_description(folder / kDescriptionFile, [&](const Json& json) {
    state = std::make_unique<State>(State{.schema = ImageSchema::from_json(json.at("schema")),
                                          .options = options_from_json(json.at("training")),
                                          .bank = WeightBank(largest_bytes),
                                          .statistics = PixelStatistics::from_json(json.at("pixels"))});
  });
  state->options.largest_bytes = largest_bytes;
  state->bank.load(folder / kWeightsFile);
  return Supernet(std::move(state));
}

}  // namespace nascent
