#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "nascent/architecture/architecture.h"
#include "nascent/architecture/inheritance.h"
#include "nascent/core/deadline.h"
#include "nascent/core/json.h"
#include "nascent/data/images.h"
#include "nascent/data/matrix.h"
#include "nascent/training/network_training.h"
#include "nascent/training/precision.h"
#include "nascent/training/training_report.h"

namespace nascent {

class Network;
struct PixelStatistics;

struct ImageClassifierOptions {
  Precision precision = Precision::kFloat32;
  std::string device = "cpu";  ///< "cpu", "cuda" or "cuda:N"
};

/// How far a fit is; its validation is the metric on the validation rows.
using ImageReport = TrainingReport;

/// The circumstances of one fit.
struct ImageFitContext {
  std::uint64_t seed = 0;
  /// Training images to see, counted with repetitions: 1.5 times their number is an epoch and a half. The learning rate
  /// follows this budget or the time until the deadline, whichever runs out first, down to zero.
  double samples = 0.0;
  Deadline deadline;                  ///< training and the last validation end by then
  std::function<bool()> should_stop;  ///< asked at every batch; may be empty
  /// May be empty. False ends the fit, with the weights as they are.
  std::function<bool(const ImageReport&)> on_report;
  std::string metric = "accuracy";  ///< as in `Metric::name`
};

/// A convolutional network that learns to tell classes of images. Network and training may come from a configuration of
/// `image_family` (`NetworkSpace::build`, `NetworkTraining::from_configuration`). Not safe for use by several threads
/// at once.
class ImageClassifier {
 public:
  /// Throws `InputError` when the device is not there, and when the network does not take images of the schema or does
  /// not give one output for each class.
  ImageClassifier(Architecture architecture, NetworkTraining training, ImageSchema schema,
                  ImageClassifierOptions options = {});
  ImageClassifier(ImageClassifier&&) noexcept;
  ImageClassifier& operator=(ImageClassifier&&) noexcept;
  ~ImageClassifier();

  /// Starts from the weights of a classifier that was saved in a folder and may have another architecture; what it did
  /// not have is drawn from the seed. Its pixel statistics are kept. The next `fit` rises at once, and to a lower peak
  /// of the learning rate the more was inherited: docs/methods/training.md.
  ///
  /// Returns {"exactness": "approximate" | "inference" | "training", "inherited_share": of the parameters,
  /// "why_not_exact": a sentence, or ""}. Throws `InputError` when a file is missing or damaged, or the parent was made
  /// for other images; then nothing has changed, and `fit` starts from scratch.
  Json inherit(const std::filesystem::path& parent_folder, std::uint64_t seed, const Origins& origins = {});

  /// Learns from the training rows; images without a known class are left out. A classifier that was fitted or loaded
  /// goes on from its weights.
  ///
  /// Returns {"samples", "epochs", "steps", "seconds", "images_per_second", "parameters", "multiply_adds", "network",
  /// "training_loss", "validation": {metric: value} (without validation rows: absent), "cut": true if `should_stop` or
  /// `on_report` ended it before its budget}.
  ///
  /// Throws `Error` when the loss becomes NaN, and when not a single batch fits before the deadline.
  Json fit(const ImageSet& images, std::span<const std::uint32_t> training, std::span<const std::uint32_t> validation,
           const ImageFitContext& context);

  /// Probabilities, rows x classes. `mirror_average`: the mean over each image and its mirror image. Requires `fit` or
  /// `load`.
  Matrix predict(const ImageSet& images, std::span<const std::uint32_t> rows, bool mirror_average = false) const;

  /// Predictions of the validation rows by the last validation of `fit`: saves the caller from predicting them again.
  const Matrix& validation_predictions() const;

  /// What was fitted or loaded, and what its images are normalized by.
  const Network& network() const;
  const PixelStatistics& pixels() const;

  const Architecture& architecture() const;
  const ImageSchema& schema() const;
  const NetworkTraining& training() const;

  /// Writes `image_classifier.json` and `weights.pt` into an existing folder.
  void save(const std::filesystem::path& folder) const;
  /// Throws `InputError` naming the file that is missing or damaged.
  static ImageClassifier load(const std::filesystem::path& folder, ImageClassifierOptions options = {});

 private:
  struct State;
  explicit ImageClassifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace nascent
