#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "nascent/core/deadline.h"
#include "nascent/core/json.h"
#include "nascent/data/images.h"
#include "nascent/data/matrix.h"
#include "nascent/training/precision.h"
#include "training/path_sampler.h"

namespace nascent {

struct SupernetOptions {
  double learning_rate = 0.2;  ///< of stochastic gradient descent, at the peak of one cycle (`schedule.h`)
  double weight_decay = 5e-4;
  int batch_size = 128;
  std::string augmentation = "none";  ///< as in `NetworkTraining`
  double label_smoothing = 0.05;
  Precision precision = Precision::kFloat32;
  std::int64_t largest_bytes = std::int64_t{1} << 30;  ///< of weights, gradients and momentum
};

/// How far the training of a supernet is, told after every epoch and at the end.
struct SupernetReport {
  double samples = 0.0;  ///< images that passed through a path so far
  double epochs = 0.0;
  double training_loss = 0.0;  ///< mean since the last report, over the paths that were drawn
  double seconds = 0.0;        ///< since the training began
  std::int64_t shared_parameters = 0;
};

/// The circumstances of one training.
struct SupernetContext {
  std::uint64_t seed = 0;
  /// Images to pass through a path, counted with repetitions; 0 for no bound. The learning rate follows this or the
  /// time until the deadline, whichever runs out first, down to zero.
  double samples = 0.0;
  Deadline deadline;
  std::function<bool()> should_stop;  ///< asked at every step; may be empty
  /// May be empty. False ends the training, with the weights as they are.
  std::function<bool(const SupernetReport&)> on_report;
};

/// What shared weights say of an architecture.
struct SharedScore {
  double value = 0.0;  ///< the metric on the validation rows
  Matrix predictions;  ///< probabilities of the validation rows, rows x classes
  /// Parameters that no trained path had: they are as in a new network. The score says little where they are many.
  std::int64_t untrained_parameters = 0;
};

/// One set of weights for all networks of a space: an estimator of their performance that trains once and then needs a
/// forward pass or two for each candidate. What it is worth depends on how well its ranking agrees with that of
/// networks trained alone; docs/methods/weight_sharing.md has what was measured.
///
/// Guo, Zhang, Mu, Heng, Liu, Wei, Sun: Single path one-shot neural architecture search with uniform sampling. ECCV
/// 2020.
///
/// On the CPU; not safe for use by several threads at once.
class Supernet {
 public:
  explicit Supernet(ImageSchema schema, SupernetOptions options = {});
  Supernet(Supernet&&) noexcept;
  Supernet& operator=(Supernet&&) noexcept;
  ~Supernet();

  /// Each step draws paths, passes one batch through each and changes the weights of these paths alone. Images without
  /// a known class are left out. A supernet that was trained or loaded goes on from its weights, with a new cycle. One
  /// seed gives one result, unless the deadline shortens the cycle.
  ///
  /// Returns {"samples", "epochs", "steps", "seconds", "images_per_second", "training_loss", "shared_parameters",
  /// "cut": true if `should_stop` or `on_report` ended it before its budget}.
  ///
  /// Throws `InputError` when a path does not fit the images or the weights exceed their bytes, `Error` when the loss
  /// becomes NaN and when not a single step fits before the deadline.
  Json train(const ImageSet& images, std::span<const std::uint32_t> rows, const PathSampler& paths,
             const SupernetContext& context);

  /// The score of an architecture with the shared weights, after the statistics of its batch normalizations were
  /// computed on `calibration` (training images, without augmentation; 2,000 are plenty). Changes nothing. Requires
  /// `train` or `load`.
  SharedScore score(const Architecture& architecture, const ImageSet& images,
                    std::span<const std::uint32_t> calibration, std::span<const std::uint32_t> validation,
                    const std::string& metric = "accuracy") const;

  const ImageSchema& schema() const;
  std::int64_t shared_parameters() const;

  /// Writes `supernet.json` and `shared_weights.pt` into an existing folder.
  void save(const std::filesystem::path& folder) const;
  /// `largest_bytes` as in the options. Throws `InputError` naming the file that is missing or damaged.
  static Supernet load(const std::filesystem::path& folder, std::int64_t largest_bytes = std::int64_t{1} << 30);

 private:
  struct State;
  explicit Supernet(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace nascent
