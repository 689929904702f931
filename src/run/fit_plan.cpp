#include "run/fit_plan.h"

#include "nascent/core/error.h"
#include "nascent/core/files.h"

namespace nascent {
namespace {

constexpr int kPlanFormat = 1;

/// Folds are characters from "0" upwards (there are at most 50), so a split is a string with one for each row and
/// repeat.
std::string fold_digits(const Split& split) {
  std::string digits(split.fold.size(), '0');
  for (std::size_t i = 0; i < digits.size(); ++i) digits[i] = static_cast<char>('0' + split.fold[i]);
  return digits;
}

}  // namespace

void FitPlan::save(const std::filesystem::path& path) const {
  OrderedJson json;
  json["format"] = kPlanFormat;
  json["kind"] = kind == DataKind::kTable ? "table" : "images";
  json["metric"] = metric;
  json["seed"] = seed;
  json["device"] = device;
  json["precision"] = precision;
  json["task"] = task.to_json();
  if (table) json["table"] = table->to_json();
  if (images) json["images"] = images->to_json();
  json["space"] = space.to_json();
  if (network) json["network"] = network->to_json();
  if (network_inputs > 0) json["network_inputs"] = network_inputs;
  json["source"] = source;
  json["split"] = {{"rounds", split.rounds}, {"repeats", split.repeats}, {"fold", fold_digits(split)}};
  write_file_atomically(path, json.dump(1));
}

FitPlan FitPlan::load(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  try {
    const OrderedJson json = OrderedJson::parse(text);
    if (json.at("format").get<int>() != kPlanFormat)
      throw InputError(path.string() + " was written by a newer version of nascent; use that version to go on with it");
    FitPlan plan;
    plan.kind = json.at("kind") == "table" ? DataKind::kTable : DataKind::kImages;
    plan.metric = json.at("metric");
    plan.seed = json.at("seed");
    plan.device = json.at("device");
    plan.precision = json.at("precision");
    plan.task = Task::from_json(json.at("task"));
    if (json.contains("table")) plan.table = TableSchema::from_json(json.at("table"));
    if (json.contains("images")) plan.images = ImageSchema::from_json(json.at("images"));
    plan.space = SearchSpace::from_json(json.at("space"));
    if (json.contains("network")) plan.network = NetworkSpaceOptions::from_json(json.at("network"));
    plan.network_inputs = json.value("network_inputs", 0);
    plan.source = json.at("source");
    plan.split.rounds = json.at("split").at("rounds");
    plan.split.repeats = json.at("split").value("repeats", 1);
    for (const char digit : json.at("split").at("fold").get<std::string>())
      plan.split.fold.push_back(static_cast<std::uint8_t>(digit - '0'));
    return plan;
  } catch (const nlohmann::json::exception& error) {
    throw InputError(path.string() + " is damaged (" + error.what() + "); start a new fit with another --out");
  }
}

}  // namespace nascent
