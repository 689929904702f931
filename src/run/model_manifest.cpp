#include "run/model_manifest.h"

#include "nascent/core/error.h"
#include "nascent/core/files.h"

namespace nascent {
namespace {

constexpr int kModelFormat = 1;

}  // namespace

void ModelManifest::save(const std::filesystem::path& model_folder) const {
  OrderedJson json;
  json["format"] = kModelFormat;
  json["kind"] = kind == DataKind::kTable ? "table" : "images";
  json["metric"] = metric;
  json["device"] = device;
  json["members"] = OrderedJson::array();
  for (const ModelMember& member : members) {
    json["members"].push_back({{"trial", member.trial},
                               {"weight", member.weight},
                               {"description", member.description},
                               {"folders", member.folders}});
  }
  json["constant"] = constant;
  json["task"] = task.to_json();
  if (table) json["table"] = table->to_json();
  if (images) json["images"] = images->to_json();
  write_file_atomically(model_folder / "model.json", json.dump(1));
}

ModelManifest ModelManifest::load(const std::filesystem::path& model_folder) {
  const std::filesystem::path path = model_folder / "model.json";
  if (!std::filesystem::exists(path))
    throw InputError("there is no model in " + model_folder.string() +
                     "; give the run folder of a fit that has ended, or go on with it: nascent fit --resume RUN");
  const std::string text = read_file(path);
  try {
    const OrderedJson json = OrderedJson::parse(text);
    if (json.at("format").get<int>() != kModelFormat)
      throw InputError(path.string() + " was written by a newer version of nascent; use that version to predict");
    ModelManifest manifest;
    manifest.kind = json.at("kind") == "table" ? DataKind::kTable : DataKind::kImages;
    manifest.metric = json.at("metric");
    manifest.device = json.at("device");
    for (const OrderedJson& member : json.at("members")) {
      manifest.members.push_back({.trial = member.at("trial"),
                                  .weight = member.at("weight"),
                                  .description = member.at("description"),
                                  .folders = member.at("folders")});
    }
    manifest.constant = json.at("constant").get<std::vector<double>>();
    manifest.task = Task::from_json(json.at("task"));
    if (json.contains("table")) manifest.table = TableSchema::from_json(json.at("table"));
    if (json.contains("images")) manifest.images = ImageSchema::from_json(json.at("images"));
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    throw InputError(path.string() + " is damaged: " + error.what());
  }
}

}  // namespace nascent
