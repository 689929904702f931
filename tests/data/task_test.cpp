#include "nascent/data/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nascent/core/error.h"

namespace nascent {
namespace {

using ::testing::HasSubstr;

TEST(Task, SurvivesJson) {
  const Task task{.kind = TaskKind::kMulticlass, .target = "colour", .classes = {"blue", "green", "red"}};
  const Task copy = Task::from_json(Json::parse(task.to_json().dump()));
  EXPECT_EQ(copy.kind, task.kind);
  EXPECT_EQ(copy.target, task.target);
  EXPECT_EQ(copy.classes, task.classes);
}

TEST(Task, HasOneOutputForEachClassAndOneForANumber) {
  EXPECT_EQ((Task{.kind = TaskKind::kBinary, .target = "y", .classes = {"no", "yes"}}).outputs(), 2U);
  EXPECT_EQ((Task{.kind = TaskKind::kRegression, .target = "y", .classes = {}}).outputs(), 1U);
}

TEST(Task, KindsAreFoundByTheirNames) {
  for (const TaskKind kind : {TaskKind::kBinary, TaskKind::kMulticlass, TaskKind::kRegression}) {
    EXPECT_EQ(task_kind_of(name_of(kind)), kind);
  }
  EXPECT_THROW(
      try { task_kind_of("ranking"); } catch (const InputError& error) {
        EXPECT_THAT(error.what(), HasSubstr("\"ranking\""));
        EXPECT_THAT(error.what(), HasSubstr("binary, multiclass or regression"));
        throw;
      },
      InputError);
}

TEST(Task, DamagedJsonIsAnInputError) {
  EXPECT_THROW(Task::from_json(Json::parse(R"({"kind": "binary"})")), InputError);
  EXPECT_THROW(Task::from_json(Json::parse(R"({"kind": 3, "target": "y", "classes": []})")), InputError);
}

}  // namespace
}  // namespace nascent
