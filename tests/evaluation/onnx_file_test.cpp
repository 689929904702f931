#include "evaluation/onnx_file.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"
#include "run/model_manifest.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::TemporaryFolder;

std::string refusal(const TemporaryFolder& folder) {
  try {
    write_onnx_file(folder.path(), folder / "model.onnx");
  } catch (const InputError& error) {
    EXPECT_FALSE(std::filesystem::exists(folder / "model.onnx"));
    return error.what();
  }
  return "(no InputError)";
}

TEST(OnnxFile, OfATableIsRefused) {
  const TemporaryFolder folder;
  ModelManifest manifest{.task = {.kind = TaskKind::kRegression, .target = "y"}, .metric = "rmse", .constant = {1.0}};
  manifest.save(folder.path());
  EXPECT_NE(refusal(folder).find("export writes networks for images"), std::string::npos) << refusal(folder);
}

TEST(OnnxFile, WithoutANetworkIsRefused) {
  const TemporaryFolder folder;
  const Task task{.kind = TaskKind::kBinary, .target = "class", .classes = {"a", "b"}};
  ModelManifest manifest{.kind = DataKind::kImages,
                         .task = task,
                         .images = ImageSchema{.task = task, .channels = 1, .height = 8, .width = 8},
                         .metric = "accuracy",
                         .constant = {0.5, 0.5}};
  manifest.save(folder.path());
  EXPECT_NE(refusal(folder).find("has no network"), std::string::npos) << refusal(folder);
}

TEST(OnnxFile, WithoutAModelSaysWhereItLooked) {
  const TemporaryFolder folder;
  EXPECT_NE(refusal(folder).find(folder.path().string()), std::string::npos) << refusal(folder);
}

}  // namespace
}  // namespace nascent
