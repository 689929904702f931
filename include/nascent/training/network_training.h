#pragma once

#include <cstdint>
#include <string>

#include "nascent/core/json.h"
#include "nascent/space/configuration.h"

namespace nascent {

struct Augmentation;  // training/image_batch.h

enum class Schedule : std::uint8_t { kOneCycle, kCosine };

/// How a network is trained: the part of a configuration that is not the network. `docs/methods/training.md` explains
/// each field with its formula and its paper.
///
///     optimizer        sgd {learning_rate, weight_decay} | adamw {learning_rate, weight_decay}
///     batch_size       64 | 128 | ...
///     augmentation     none | crop | flip | crop_flip | crop_flip_cutout; of images
///     label_smoothing  share of the target that is spread over all classes
///     schedule         one_cycle | cosine
///     mixup            alpha of the Beta distribution that examples are mixed with; 0 for none
///     averaging        none | ema
///     clip_gradients   largest norm of the gradients; 0 for any
struct NetworkTraining {
  bool adamw = false;
  double learning_rate = 0.2;  ///< at the peak of the schedule
  double weight_decay = 5e-4;
  int batch_size = 128;
  std::string augmentation = "crop_flip";
  double label_smoothing = 0.0;
  Schedule schedule = Schedule::kOneCycle;
  double mixup = 0.0;
  bool averaging = false;  ///< validate and save the exponential moving average of the weights
  double clip_gradients = 0.0;

  /// For images of this size: the border of a crop is a twelfth of the shorter side, a cutout a third of it.
  Augmentation augmentation_for(int height, int width) const;

  /// `optimizer` and `batch_size` must be there. What else is missing is off, and the schedule is one cycle.
  static NetworkTraining from_configuration(const Configuration& configuration);
  Json to_json() const;
  /// Reads what earlier versions wrote, too.
  static NetworkTraining from_json(const Json& json);
};

}  // namespace nascent
