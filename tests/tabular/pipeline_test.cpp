#include "tabular/pipeline.h"

#include <gtest/gtest.h>

#include <fstream>

#include "nascent/core/error.h"
#include "nascent/learner/family.h"
#include "support/temporary_folder.h"
#include "tabular/small_table.h"

namespace nascent::testing {
namespace {

Family family_named(const SmallTable& small, std::string_view name) {
  for (Family& family : table_families(small.traits(), false)) {
    if (family.name == name) return std::move(family);
  }
  throw InputError("no family " + std::string(name));
}

TEST(Pipeline, LearnsAMixedTableWithMissingCellsInEveryFamily) {
  const SmallTable small = make_small_table(TaskKind::kBinary, 300);
  const std::vector<std::uint32_t> rows = all_rows(300);
  const std::vector<std::uint32_t> training(rows.begin(), rows.begin() + 200);
  const std::vector<std::uint32_t> validation(rows.begin() + 200, rows.end());
  std::vector<double> truth;
  for (const std::uint32_t row : validation) truth.push_back(small.table.target()[row]);
  for (const Family& family : table_families(small.traits(), false)) {
    for (const Configuration& first : family.first) {
      Pipeline pipeline(family.name, first, small.task());
      pipeline.fit(small.table, {.training_rows = training, .validation_rows = validation, .seed = 3});
      const Matrix predictions = pipeline.predict(small.table, validation);
      // The classes are balanced and nearly separable: chance is 0.5 with a standard deviation of 0.05.
      EXPECT_GT(score(metric_named("accuracy", TaskKind::kBinary), small.task(), truth, predictions), 0.7)
          << family.name;
    }
  }
}

TEST(Pipeline, PredictsTheSameAfterSavingAndLoading) {
  for (const TaskKind kind : {TaskKind::kMulticlass, TaskKind::kRegression}) {
    const SmallTable small = make_small_table(kind, 120);
    const std::vector<std::uint32_t> rows = all_rows(120);
    for (const Family& family : table_families(small.traits(), false)) {
      Pipeline pipeline(family.name, family.first.front(), small.task());
      pipeline.fit(small.table, {.training_rows = rows, .seed = 3, .rounds = 10});
      const TemporaryFolder folder;
      pipeline.save(folder / "model");
      const Pipeline loaded = Pipeline::load(folder / "model");
      EXPECT_EQ(loaded.family(), family.name);
      EXPECT_EQ(loaded.configuration().canonical(), family.first.front().canonical());
      EXPECT_EQ(loaded.task().classes, small.task().classes);
      const Matrix before = pipeline.predict(small.table, rows);
      const Matrix after = loaded.predict(small.table, rows);
      ASSERT_EQ(before.values.size(), after.values.size());
      for (std::size_t i = 0; i < before.values.size(); ++i) {
        // Everything is saved in full precision; only the order of a sum may differ.
        ASSERT_NEAR(before.values[i], after.values[i], 1e-5F * (1.0F + std::abs(before.values[i]))) << family.name;
      }
    }
  }
}

TEST(Pipeline, TakesCategoriesThatTheTrainingRowsDidNotHave) {
  const SmallTable small = make_small_table(TaskKind::kBinary, 200);
  std::vector<std::uint32_t> without_red;
  std::vector<std::uint32_t> red;
  for (std::uint32_t row = 0; row < 200; ++row) (small.colour(row) == "red" ? red : without_red).push_back(row);
  ASSERT_FALSE(red.empty());
  for (const Family& family : table_families(small.traits(), false)) {
    Pipeline pipeline(family.name, family.first.front(), small.task());
    pipeline.fit(small.table, {.training_rows = without_red, .seed = 3, .rounds = 10});
    const Matrix predictions = pipeline.predict(small.table, red);
    ASSERT_EQ(predictions.rows, red.size());
    for (const float value : predictions.values) EXPECT_TRUE(std::isfinite(value)) << family.name;
  }
}

TEST(Pipeline, LearnsNothingFromRowsOutsideOfItsTrainingRows) {
  const SmallTable small = make_small_table(TaskKind::kRegression, 150);
  SmallTable changed = make_small_table(TaskKind::kRegression, 150, {.change_rows_from = 100});
  const std::vector<std::uint32_t> rows = all_rows(150);
  const std::vector<std::uint32_t> training(rows.begin(), rows.begin() + 100);
  for (Family& family : table_families(small.traits(), false)) {
    for (const char* encoding : {"native", "one_hot", "target"}) {
      Configuration configuration = family.first.front();
      if (configuration.find("categories") != nullptr) configuration.set("categories", ChoiceValue{encoding, {}});
      const auto predictions_of = [&](const Table& table) {
        Pipeline pipeline(family.name, configuration, small.task());
        pipeline.fit(table, {.training_rows = training, .seed = 3, .rounds = 10});
        return pipeline.predict(table, training).values;
      };
      EXPECT_EQ(predictions_of(small.table), predictions_of(changed.table)) << family.name << " " << encoding;
    }
  }
}

TEST(Pipeline, RefusesATableWithOtherFeatures) {
  const SmallTable small = make_small_table(TaskKind::kBinary, 60);
  const SmallTable other = make_small_table(TaskKind::kBinary, 60, {.number_name = "height"});
  const Family family = family_named(small, kLinear);
  Pipeline pipeline(family.name, family.first.front(), small.task());
  pipeline.fit(small.table, {.training_rows = all_rows(60)});
  try {
    static_cast<void>(pipeline.predict(other.table, all_rows(60)));
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("height"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("size"), std::string::npos) << error.what();
  }
}

TEST(Pipeline, NamesAFileThatIsMissingOrDamaged) {
  const TemporaryFolder folder;
  const auto message_of = [&](const std::filesystem::path& path) -> std::string {
    try {
      static_cast<void>(Pipeline::load(path));
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_NE(message_of(folder / "nowhere").find("pipeline.json"), std::string::npos);
  for (const char* content : {"{\"family\": \"lin", "[]", "{}"}) {
    std::ofstream(folder / "pipeline.json") << content;
    EXPECT_NE(message_of(folder.path()).find("damaged"), std::string::npos) << content;
  }
}

TEST(Pipeline, NamesAFamilyThatThisBuildDoesNotHave) {
  const SmallTable small = make_small_table(TaskKind::kBinary, 60);
  try {
    Pipeline pipeline(std::string(kNeuralNetwork), Configuration(), small.task());
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("neural_network"), std::string::npos);
  }
}

}  // namespace
}  // namespace nascent::testing
