#pragma once

#include <string>

#include "nascent/core/json.h"
#include "nascent/space/configuration.h"
#include "training/image_batch.h"

namespace nascent {

/// How a classifier of images is trained: the part of a configuration of `image_family` that is not the network.
struct ImageTraining {
  bool adamw = false;
  double learning_rate = 0.2;  ///< at the peak of the schedule
  double weight_decay = 5e-4;
  int batch_size = 128;
  std::string augmentation = "crop_flip";
  double label_smoothing = 0.0;

  /// For images of this size: the border of a crop is a twelfth of the shorter side, a cutout a third of it.
  Augmentation augmentation_for(int height, int width) const;

  static ImageTraining from_configuration(const Configuration& configuration);
  Json to_json() const;
  static ImageTraining from_json(const Json& json);
};

}  // namespace nascent
