#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "nascent/core/json.h"
#include "nascent/data/images.h"
#include "nascent/data/matrix.h"
#include "nascent/execution/job.h"
#include "nascent/training/image_classifier.h"
#include "run/designed_networks.h"
#include "run/fit_plan.h"
#include "run/run_folder.h"
#include "training/supernet.h"

namespace nascent {

/// Trains and validates networks on images: the worker's part of a trial.
class ImageEvaluator {
 public:
  ImageEvaluator(const RunFolder& folder, const FitPlan& plan);

  /// Builds the network of the configuration and measures its latency; where that is above the limit, the trial fails.
  /// Trains it for the epochs of its fidelity, or fully where it has none, from the weights of the trial named by
  /// "from" if they are still there. Leaves predictions for the validation images and the network in its folder.
  Json run_trial(const Json& payload, JobContext& context);

  /// Trains the weights that all networks of the plan share, for "epochs" passes over the training images or until the
  /// deadline, and leaves them in the run folder.
  Json share_weights(const Json& payload, JobContext& context);

 private:
  /// Scores a network with the shared weights.
  Json run_shared_trial(const Json& payload);

  /// A network and what is to be remembered of its start.
  struct Started {
    ImageClassifier network;
    Json details;
    bool goes_on = false;  ///< the same network with the weights that it had
  };
  Started start_network(const Json& payload) const;
  const ImageSet& images_at(const ImageSchema& schema);

  const RunFolder& folder_;
  const FitPlan& plan_;
  DesignedNetworks networks_;
  ImageSet images_;
  std::optional<Supernet> supernet_;                       ///< once it was trained or a trial has asked for it
  std::map<std::pair<int, int>, ImageSet> scaled_images_;  ///< by height and width, those that were asked for
};

/// Whether a saved network predicts by the mean over an image and its mirror image.
bool averages_mirror_images(const std::filesystem::path& folder);

/// The class probabilities that a saved network gives for all images.
Matrix predict_with_network(const std::filesystem::path& folder, const std::string& device, const ImageSet& images);

}  // namespace nascent
