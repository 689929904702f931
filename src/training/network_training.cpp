#include "nascent/training/network_training.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "training/image_batch.h"

namespace nascent {
namespace {

Schedule schedule_named(std::string_view name) { return name == "cosine" ? Schedule::kCosine : Schedule::kOneCycle; }

}  // namespace

Augmentation NetworkTraining::augmentation_for(int height, int width) const {
  const double side = std::min(height, width);
  const std::string_view name = augmentation;
  Augmentation result;
  if (name.starts_with("crop")) result.crop = std::max(1, static_cast<int>(std::lround(side / 12.0)));
  result.flip = name.find("flip") != std::string_view::npos;
  if (name.ends_with("cutout")) result.cutout = std::max(1, static_cast<int>(std::lround(side / 3.0)));
  return result;
}

NetworkTraining NetworkTraining::from_configuration(const Configuration& configuration) {
  const auto number = [&](const char* name) {
    return configuration.find(name) != nullptr ? configuration.number(name) : 0.0;
  };
  const auto choice = [&](const char* name, const char* missing) {
    return configuration.find(name) != nullptr ? configuration.choice(name) : std::string(missing);
  };
  const Configuration& optimizer = configuration.branch("optimizer");
  return {.adamw = configuration.choice("optimizer") == "adamw",
          .learning_rate = optimizer.number("learning_rate"),
          .weight_decay = optimizer.number("weight_decay"),
          .batch_size = std::stoi(configuration.choice("batch_size")),
          .augmentation = choice("augmentation", "none"),
          .label_smoothing = number("label_smoothing"),
          .schedule = schedule_named(choice("schedule", "one_cycle")),
          .mixup = number("mixup"),
          .averaging = choice("averaging", "none") == "ema",
          .clip_gradients = number("clip_gradients")};
}

Json NetworkTraining::to_json() const {
  return {{"optimizer", adamw ? "adamw" : "sgd"},
          {"learning_rate", learning_rate},
          {"weight_decay", weight_decay},
          {"batch_size", batch_size},
          {"augmentation", augmentation},
          {"label_smoothing", label_smoothing},
          {"schedule", schedule == Schedule::kCosine ? "cosine" : "one_cycle"},
          {"mixup", mixup},
          {"averaging", averaging ? "ema" : "none"},
          {"clip_gradients", clip_gradients}};
}

NetworkTraining NetworkTraining::from_json(const Json& json) {
  return {.adamw = json.at("optimizer") == "adamw",
          .learning_rate = json.at("learning_rate").get<double>(),
          .weight_decay = json.at("weight_decay").get<double>(),
          .batch_size = json.at("batch_size").get<int>(),
          .augmentation = json.at("augmentation").get<std::string>(),
          .label_smoothing = json.at("label_smoothing").get<double>(),
          .schedule = schedule_named(json.value("schedule", "one_cycle")),
          .mixup = json.value("mixup", 0.0),
          .averaging = json.value("averaging", "none") == "ema",
          .clip_gradients = json.value("clip_gradients", 0.0)};
}

}  // namespace nascent
