#include "run/model_manifest.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

using testing::TemporaryFolder;

ModelManifest small_manifest() {
  ModelManifest manifest;
  manifest.task = {.kind = TaskKind::kBinary, .target = "class", .classes = {"bad", "good"}};
  manifest.metric = "accuracy";
  manifest.members = {
      {.trial = 7, .weight = 0.75, .description = "trees", .folders = {"trial-7/all"}},
      {.trial = 2, .weight = 0.25, .description = "linear", .folders = {"trial-2/fold-0", "trial-2/fold-1"}}};
  manifest.constant = {0.3, 0.7};
  return manifest;
}

TEST(ModelManifest, SavedAndLoadedIsTheSame) {
  const TemporaryFolder folder;
  small_manifest().save(folder.path());
  const ModelManifest loaded = ModelManifest::load(folder.path());
  EXPECT_EQ(loaded.metric, "accuracy");
  EXPECT_EQ(loaded.task.classes, (std::vector<std::string>{"bad", "good"}));
  ASSERT_EQ(loaded.members.size(), 2U);
  EXPECT_EQ(loaded.members[0].trial, 7);
  EXPECT_DOUBLE_EQ(loaded.members[0].weight, 0.75);
  EXPECT_EQ(loaded.members[1].folders, (std::vector<std::string>{"trial-2/fold-0", "trial-2/fold-1"}));
  EXPECT_EQ(loaded.constant, (std::vector<double>{0.3, 0.7}));
  EXPECT_FALSE(loaded.table.has_value());
}

TEST(ModelManifest, AFolderWithoutAModelSaysHowToGetOne) {
  const TemporaryFolder folder;
  try {
    ModelManifest::load(folder.path());
    FAIL() << "expected an error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("there is no model in " + folder.path().string()), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("--resume"), std::string::npos);
  }
}

TEST(ModelManifest, ADamagedFileIsNamed) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "model.json", R"({"format": 1, "kind": "table"})");
  try {
    ModelManifest::load(folder.path());
    FAIL() << "expected an error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("model.json is damaged"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace nascent
