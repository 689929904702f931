#include "evaluation/image_evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "evaluation/split_at.h"
#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/data/metric.h"
#include "nascent/training/zero_cost.h"
#include "run/fidelity_axes.h"
#include "run/prediction_file.h"
#include "training/image_batch.h"
#include "training/latency.h"
#include "training/runtime.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;

/// A fit that saw less than this share of its training images was cut off by the time.
constexpr double kWholeTraining = 0.95;

/// "auto" is bfloat16 where the processor has it: half again as many training images a second, and over three seeds
/// of one network no loss of accuracy (benchmarks/quality/bfloat16_accuracy.cpp).
Precision precision_of(const FitPlan& plan) {
  const bool bfloat16 =
      plan.precision == "bfloat16" || (plan.precision == "auto" && plan.device == "cpu" && has_fast_bfloat16());
  return bfloat16 ? Precision::kBfloat16 : Precision::kFloat32;
}

ImageClassifierOptions options_of(const FitPlan& plan) {
  return {.precision = precision_of(plan), .device = plan.device};
}

constexpr const char* kPredictionFile = "prediction.json";
/// The batch of a zero-cost score.
constexpr std::size_t kScoredImages = 64;
/// Enough for the statistics of batch normalizations.
constexpr std::size_t kCalibrationImages = 2000;
/// Enough to see whether mirror images help.
constexpr std::size_t kMirrorTestImages = 2000;
constexpr std::size_t kMirrorTestBatch = 50;
constexpr std::size_t kFewestMirrorTestImages = 300;

std::vector<double> labels_of(const ImageSet& images, std::span<const std::uint32_t> rows) {
  std::vector<double> labels;
  for (const std::uint32_t row : rows) labels.push_back(images.labels()[row]);
  return labels;
}

std::vector<double> labels_of(const ImageSet& images) { return {images.labels().begin(), images.labels().end()}; }

/// Whether the mean over an image and its mirror image predicts better than the image alone. Asked only of networks
/// that were trained on both, and answered by validation images, as many as there is time for: a mirrored shoe is a
/// shoe, a mirrored digit is none. Not if there is no time for a few hundred.
bool mirror_images_help(const ImageClassifier& network, const FitPlan& plan, const ImageSet& images,
                        std::span<const std::uint32_t> validation, Deadline deadline) {
  if (!network.training().augmentation_for(network.schema().height, network.schema().width).flip) return false;
  const std::size_t wanted = std::min(validation.size(), kMirrorTestImages);
  Matrix mirrored(0, network.validation_predictions().columns);
  while (mirrored.rows < wanted) {
    const Stopwatch watch;
    const std::size_t count = std::min(kMirrorTestBatch, wanted - mirrored.rows);
    const Matrix more = network.predict(images, validation.subspan(mirrored.rows, count), true);
    mirrored.values.insert(mirrored.values.end(), more.values.begin(), more.values.end());
    mirrored.rows += count;
    if (deadline.remaining() < 1.5 * watch.seconds()) break;
  }
  if (mirrored.rows < std::min(wanted, kFewestMirrorTestImages)) return false;
  Matrix plain = network.validation_predictions();
  plain.rows = mirrored.rows;
  plain.values.resize(plain.rows * plain.columns);
  const std::vector<double> truth = labels_of(images, validation.first(mirrored.rows));
  const Metric& metric = metric_named(plan.metric, plan.task.kind);
  const double with = score(metric, plan.task, truth, mirrored);
  const double without = score(metric, plan.task, truth, plain);
  return metric.maximize ? with > without : with < without;
}

/// What is left after training: writing the weights and the predictions.
Deadline before_saving(Deadline deadline) {
  if (!deadline.exists()) return deadline;
  return Deadline::at(deadline.clock_seconds() - std::clamp(0.04 * deadline.remaining(), 0.1, 2.5));
}

Deadline half_way(Deadline a, Deadline b) {
  return b.exists() ? Deadline::at(0.5 * (a.clock_seconds() + b.clock_seconds())) : b;
}

/// The training at a fidelity, in passes over the rows of another one.
double epochs_seen(const Fidelity& before, const Fidelity& now) {
  return before.at(kEpochsAxis) * share_on(before, kDataAxis) / share_on(now, kDataAxis);
}

}  // namespace

ImageEvaluator::ImageEvaluator(const RunFolder& folder, const FitPlan& plan)
    : folder_(folder), plan_(plan), networks_(plan), images_(ImageSet::map(folder.training_data())) {}

ImageEvaluator::Started ImageEvaluator::start_network(const Json& payload) const {
  const Configuration configuration = plan_.space.configuration_from_json(payload.at("configuration"));
  const auto fidelity = payload.at("fidelity").get<Fidelity>();
  Architecture architecture = networks_.build(configuration, fidelity);
  ImageSchema schema = *plan_.images;
  schema.height = architecture.input_shape().height;
  schema.width = architecture.input_shape().width;
  Json details{{"latency_ms", measure_latency_ms(architecture)}};
  Started started{ImageClassifier(std::move(architecture), NetworkTraining::from_configuration(configuration),
                                  std::move(schema), options_of(plan_)),
                  std::move(details)};
  if (!payload.contains("from")) return started;
  const auto from = payload.at("from").get<std::int64_t>();
  const fs::path folder = folder_.trial(from) / "fold-0";
  try {
    // What goes on with the same network does so at the whole learning rate; inherited weights would lower it.
    std::optional<ImageClassifier> same;
    if (fidelity.empty() || payload.contains("continued_fidelity"))
      same = ImageClassifier::load(folder, options_of(plan_));
    if (same && same->architecture() == started.network.architecture()) {
      started.network = std::move(*same);
      started.goes_on = true;
      started.details.update({{"inherited_share", 1.0}, {"exactness", "training"}});
    } else {
      started.details.update(started.network.inherit(folder, payload.at("seed")));
    }
    started.details["from"] = from;
  } catch (const InputError& error) {
    // Lost weights mean training from scratch, not a failure.
    started.details["not_inherited"] = error.what();
  }
  return started;
}

const ImageSet& ImageEvaluator::images_at(const ImageSchema& schema) {
  if (schema.height == images_.height() && schema.width == images_.width()) return images_;
  ImageSet& small = scaled_images_[{schema.height, schema.width}];
  if (small.count() == 0) small = scaled(images_, schema.height, schema.width);
  return small;
}

Json ImageEvaluator::run_trial(const Json& payload, JobContext& context) {
  const Stopwatch watch;
  const bool is_final = payload.at("fidelity").empty();
  if (payload.at("fidelity").contains(kSharedAxis)) return run_shared_trial(payload);
  const auto fidelity = payload.at("fidelity").get<Fidelity>();
  const std::vector<std::uint32_t> training =
      split_at(fidelity, plan_.split, plan_.task, labels_of(images_)).training_rows(0);
  const std::vector<std::uint32_t> validation = plan_.split.validation_rows(0);
  Deadline deadline = context.deadline();
  if (payload.contains("time_limit"))
    deadline = earlier(deadline, Deadline::in(payload.at("time_limit").get<double>()));
  const Deadline end = deadline;
  deadline = before_saving(deadline);

  Started started = start_network(payload);
  ImageClassifier& network = started.network;
  const double latency = started.details.at("latency_ms");
  if (const double limit = networks_.latency_limit_ms(); limit > 0.0 && latency > limit) {
    return {
        {"failed", fmt::format("a forward pass takes {:.2f} ms, and --max-latency allows {:.2f} ms", latency, limit)},
        {"details", std::move(started.details)}};
  }
  if (payload.contains("thin")) {
    const Json& thin = payload.at("thin");
    const std::string name = thin.at("score");
    const auto batch = std::span(training).first(std::min(kScoredImages, training.size()));
    const auto score = zero_cost_score(name, network.architecture(), images_at(network.schema()), batch, plan_.seed);
    started.details[kScoreBeforeTraining] = score ? Json(*score) : Json();
    if (!thin.at("least").is_null() && (!score || *score < thin.at("least").get<double>()))
      return {
          {"failed", fmt::format("left out before its training: its {} is {}, and {:.4g} is asked for", name,
                                 score ? fmt::format("{:.4g}", *score) : "no number", thin.at("least").get<double>())},
          {"details", std::move(started.details)}};
  }
  double epochs = is_final ? payload.at("epochs").get<double>() : fidelity.at(kEpochsAxis);
  // A trial that continues another one trains the rest; where the weights were lost, it trains it all.
  if (payload.contains("continued_fidelity") && started.goes_on)
    epochs -= std::min(epochs_seen(payload.at("continued_fidelity").get<Fidelity>(), fidelity), 0.9 * epochs);
  const double samples = epochs * static_cast<double>(training.size());
  const ImageSet& images = images_at(network.schema());
  Json details = network.fit(
      images, training, validation,
      {.seed = payload.at("seed"),
       .samples = samples,
       .deadline = deadline,
       .should_stop = [&] { return context.should_stop(); },
       .on_report =
           [&](const ImageReport& report) {
             Metrics metrics{{"training_loss", report.training_loss}};
             if (std::isfinite(report.validation)) metrics[plan_.metric] = report.validation;
             return context.report({.step = report.step, .metrics = metrics, .cost_seconds = report.seconds});
           },
       .metric = plan_.metric});
  const Matrix& predictions = network.validation_predictions();
  const std::vector<double> truth = labels_of(images_, validation);
  details.update(started.details);
  details["fit_seconds"] = watch.seconds();
  details["precision"] = precision_of(plan_) == Precision::kBfloat16 ? "bfloat16" : "float32";
  Json answer{{"metrics", score_all(plan_.task, truth, predictions)}};
  const double seen = details.value("samples", samples) / samples;
  if (!is_final && seen < kWholeTraining)
    answer["stopped"] = fmt::format("the time was up after {:.0f} % of its training", 100.0 * seen);
  answer["details"] = std::move(details);

  const fs::path folder = folder_.trial(payload.at("trial").get<std::int64_t>());
  fs::create_directories(folder / "fold-0");
  network.save(folder / "fold-0");
  const bool mirror = is_final && mirror_images_help(network, plan_, images_, validation, half_way(deadline, end));
  write_file(folder / "fold-0" / kPredictionFile, Json{{"mirror_average", mirror}}.dump());
  save_predictions(folder_.predictions(payload.at("trial").get<std::int64_t>()), {validation, predictions});
  return answer;
}

Json ImageEvaluator::share_weights(const Json& payload, JobContext& context) {
  const std::vector<std::uint32_t> training = plan_.split.training_rows(0);
  fs::create_directories(folder_.supernet());
  supernet_.emplace(*plan_.images, SupernetOptions{.precision = precision_of(plan_)});
  Json summary =
      supernet_->train(images_, training, uniform_paths(networks_.space()),
                       {.seed = payload.at("seed"),
                        .samples = payload.at("epochs").get<double>() * static_cast<double>(training.size()),
                        .deadline = before_saving(context.deadline()),
                        .should_stop = [&] { return context.should_stop(); },
                        .on_report =
                            [&](const SupernetReport& report) {
                              return context.report({.step = static_cast<std::int64_t>(std::ceil(report.epochs)),
                                                     .metrics = {{"training_loss", report.training_loss}},
                                                     .cost_seconds = report.seconds});
                            }});
  supernet_->save(folder_.supernet());
  return {{"metrics", Json::object()}, {"details", std::move(summary)}};
}

Json ImageEvaluator::run_shared_trial(const Json& payload) {
  if (!supernet_) supernet_ = Supernet::load(folder_.supernet());
  const Configuration configuration = plan_.space.configuration_from_json(payload.at("configuration"));
  const Architecture architecture = path_of(networks_.space(), configuration);
  const std::vector<std::uint32_t> training = plan_.split.training_rows(0);
  const std::vector<std::uint32_t> validation = plan_.split.validation_rows(0);
  const auto calibration = std::span(training).first(std::min(kCalibrationImages, training.size()));
  const SharedScore score = supernet_->score(architecture, images_, calibration, validation, plan_.metric);
  return {{"metrics", score_all(plan_.task, labels_of(images_, validation), score.predictions)},
          {"details",
           {{"parameters", architecture.parameters()},
            {"multiply_adds", architecture.multiply_adds()},
            {"untrained_parameters", score.untrained_parameters}}}};
}

bool averages_mirror_images(const fs::path& folder) {
  const Json how = Json::parse(read_file(folder / kPredictionFile), nullptr, false);
  if (!how.is_object()) throw InputError((folder / kPredictionFile).string() + " is damaged");
  return how.value("mirror_average", false);
}

Matrix predict_with_network(const fs::path& folder, const std::string& device, const ImageSet& images) {
  const ImageClassifier network = ImageClassifier::load(folder, {.device = device});
  const ImageSchema& schema = network.schema();
  if (schema.height != images.height() || schema.width != images.width())  // a candidate of a lower resolution
    return predict_with_network(folder, device, scaled(images, schema.height, schema.width));
  std::vector<std::uint32_t> rows(images.count());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint32_t>(i);
  return network.predict(images, rows, averages_mirror_images(folder));
}

}  // namespace nascent
