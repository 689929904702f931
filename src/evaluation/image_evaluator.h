#pragma once

#include <filesystem>
#include <string>

#include "nascent/core/json.h"
#include "nascent/data/images.h"
#include "nascent/data/matrix.h"
#include "nascent/execution/job.h"
#include "run/fit_plan.h"
#include "run/run_folder.h"

namespace nascent {

/// Trains and validates networks on images: the worker's part of a trial.
class ImageEvaluator {
 public:
  ImageEvaluator(const RunFolder& folder, const FitPlan& plan);

  /// Trains the configuration for the epochs of its fidelity, or fully where it has none, from the weights of the trial
  /// named by "from" if they are still there. Leaves predictions for the validation images and the network in its
  /// folder.
  Json run_trial(const Json& payload, JobContext& context) const;

 private:
  const RunFolder& folder_;
  const FitPlan& plan_;
  ImageSet images_;
};

/// Whether a saved network predicts by the mean over an image and its mirror image.
bool averages_mirror_images(const std::filesystem::path& folder);

/// The class probabilities that a saved network gives for all images.
Matrix predict_with_network(const std::filesystem::path& folder, const std::string& device, const ImageSet& images);

}  // namespace nascent
