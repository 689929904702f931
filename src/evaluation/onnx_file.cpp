#include "evaluation/onnx_file.h"

#include <vector>

#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "run/model_manifest.h"
#ifdef NASCENT_TORCH
#include "evaluation/image_evaluator.h"
#include "nascent/training/image_classifier.h"
#include "training/onnx_export.h"
#endif

namespace nascent {
namespace {

void check_exportable(const ModelManifest& manifest, const std::filesystem::path& folder) {
  if (manifest.kind != DataKind::kImages)
    throw InputError("export writes networks for images; the model in " + folder.string() +
                     " is for tables, so use nascent predict");
  if (manifest.members.empty())
    throw InputError("the model in " + folder.string() +
                     " has no network: no trial of its fit succeeded; fit again with more time");
}

}  // namespace

#ifdef NASCENT_TORCH
std::size_t write_onnx_file(const std::filesystem::path& model_folder, const std::filesystem::path& path) {
  const ModelManifest manifest = ModelManifest::load(model_folder);
  check_exportable(manifest, model_folder);
  std::vector<ImageClassifier> classifiers;
  std::vector<OnnxMember> members;
  for (const ModelMember& member : manifest.members) {
    for (const std::string& folder : member.folders) {
      classifiers.push_back(ImageClassifier::load(model_folder / folder));
      // What a classifier refers to stays where it is when the list grows.
      members.push_back({.name = folder,
                         .network = &classifiers.back().network(),
                         .pixels = classifiers.back().pixels(),
                         .weight = member.weight / static_cast<double>(member.folders.size()),
                         .mirror_average = averages_mirror_images(model_folder / folder)});
    }
  }
  write_file_atomically(path, onnx_model(members, manifest.task, manifest.metric));
  return members.size();
}
#else
std::size_t write_onnx_file(const std::filesystem::path& model_folder, const std::filesystem::path&) {
  check_exportable(ModelManifest::load(model_folder), model_folder);
  throw InputError("this nascent was built without libtorch (preset no-torch) and cannot export the network in " +
                   model_folder.string() + "; use a build of the preset release");
}
#endif

}  // namespace nascent
