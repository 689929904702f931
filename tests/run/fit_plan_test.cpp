#include "run/fit_plan.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "support/temporary_folder.h"

namespace nascent {
namespace {

TEST(FitPlan, SavedAndLoadedIsTheSame) {
  const testing::TemporaryFolder folder;
  FitPlan plan;
  plan.kind = DataKind::kImages;
  plan.task = {.kind = TaskKind::kMulticlass, .target = "class", .classes = {"a", "b", "c"}};
  plan.images = ImageSchema{.task = plan.task, .channels = 3, .height = 20, .width = 30};
  plan.space.add_float("learning_rate", 1e-3, 1e-1, {.log = true});
  plan.metric = "log_loss";
  plan.split = {.fold = {0, 1, 12, 0, 1, 12}, .rounds = 26, .repeats = 2};
  plan.seed = 0xffffffffffffffffULL;
  plan.source = {{"path", "somewhere"}};
  plan.save(folder / "plan.json");

  const FitPlan loaded = FitPlan::load(folder / "plan.json");
  EXPECT_EQ(loaded.kind, DataKind::kImages);
  EXPECT_EQ(loaded.task.classes, plan.task.classes);
  ASSERT_TRUE(loaded.images.has_value());
  EXPECT_EQ(loaded.images->width, 30);
  EXPECT_EQ(loaded.space, plan.space);
  EXPECT_EQ(loaded.metric, "log_loss");
  EXPECT_EQ(loaded.split.fold, plan.split.fold);
  EXPECT_EQ(loaded.split.rounds, 26);
  EXPECT_EQ(loaded.split.repeats, 2);
  EXPECT_EQ(loaded.seed, plan.seed);
  EXPECT_EQ(loaded.source, plan.source);
}

TEST(FitPlan, ADamagedPlanIsNamed) {
  const testing::TemporaryFolder folder;
  write_file_atomically(folder / "plan.json", "{\"format\": 1, ");
  try {
    FitPlan::load(folder / "plan.json");
    FAIL() << "expected an error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("plan.json is damaged"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace nascent
