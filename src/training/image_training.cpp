#include "training/image_training.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace nascent {

Augmentation ImageTraining::augmentation_for(int height, int width) const {
  const double side = std::min(height, width);
  const std::string_view name = augmentation;
  Augmentation result;
  if (name.starts_with("crop")) result.crop = std::max(1, static_cast<int>(std::lround(side / 12.0)));
  result.flip = name.find("flip") != std::string_view::npos;
  if (name.ends_with("cutout")) result.cutout = std::max(1, static_cast<int>(std::lround(side / 3.0)));
  return result;
}

ImageTraining ImageTraining::from_configuration(const Configuration& configuration) {
  const Configuration& optimizer = configuration.branch("optimizer");
  return {.adamw = configuration.choice("optimizer") == "adamw",
          .learning_rate = optimizer.number("learning_rate"),
          .weight_decay = optimizer.number("weight_decay"),
          .batch_size = std::stoi(configuration.choice("batch_size")),
          .augmentation = configuration.choice("augmentation"),
          .label_smoothing = configuration.number("label_smoothing")};
}

Json ImageTraining::to_json() const {
  return {{"optimizer", adamw ? "adamw" : "sgd"}, {"learning_rate", learning_rate},
          {"weight_decay", weight_decay},         {"batch_size", batch_size},
          {"augmentation", augmentation},         {"label_smoothing", label_smoothing}};
}

ImageTraining ImageTraining::from_json(const Json& json) {
  return {.adamw = json.at("optimizer") == "adamw",
          .learning_rate = json.at("learning_rate").get<double>(),
          .weight_decay = json.at("weight_decay").get<double>(),
          .batch_size = json.at("batch_size").get<int>(),
          .augmentation = json.at("augmentation").get<std::string>(),
          .label_smoothing = json.at("label_smoothing").get<double>()};
}

}  // namespace nascent
