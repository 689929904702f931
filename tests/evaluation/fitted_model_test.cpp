#include "evaluation/fitted_model.h"

#include <gtest/gtest.h>

#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/data/csv.h"
#include "support/temporary_folder.h"
#include "tabular/pipeline.h"

namespace nascent {
namespace {

using testing::TemporaryFolder;

/// Forty rows of y = 2 x, and their schema.
struct Line {
  explicit Line(const TemporaryFolder& folder) {
    std::string text = "x,y\n";
    for (int i = 0; i < 40; ++i) text += std::to_string(0.5 + i) + "," + std::to_string(1.0 + 2 * i) + "\n";
    write_file_atomically(folder / "line.csv", text);
    const CsvTable csv = read_csv(folder / "line.csv");
    schema = infer_schema(csv, {.target = "y", .task = TaskKind::kRegression});
    EncodingReport report;
    table = encode_table(csv, schema, {}, report);
  }
  TableSchema schema;
  Table table;
};

/// Fits a ridge regression on some of the rows and leaves it in the model folder.
void save_ridge(const std::filesystem::path& folder, const Line& line, std::span<const std::uint32_t> rows) {
  Configuration ridge;
  Configuration penalty;
  penalty.set("strength", 1e-3);
  ridge.set("penalty", ChoiceValue{"ridge", penalty});
  ridge.set("scaling", ChoiceValue{"standard", {}});
  Pipeline pipeline("linear", ridge, line.schema.task);
  pipeline.fit(line.table, {.training_rows = rows, .metric = "rmse"});
  std::filesystem::create_directories(folder);
  pipeline.save(folder);
}

TEST(FittedModel, WithoutMembersPredictsTheConstant) {
  const TemporaryFolder folder;
  const Line line(folder);
  ModelManifest manifest{.task = line.schema.task, .table = line.schema, .metric = "rmse", .constant = {40.0}};
  manifest.save(folder.path());
  const Matrix predictions = FittedModel(folder.path()).predict(line.table);
  ASSERT_EQ(predictions.rows, 40U);
  for (const float value : predictions.values) EXPECT_FLOAT_EQ(value, 40.0F);
}

TEST(FittedModel, IsTheWeightedMeanOfItsMembersAndThoseOfTheirFolds) {
  const TemporaryFolder folder;
  const Line line(folder);
  const std::vector<std::uint32_t> rows = all_rows(line.table.rows());
  save_ridge(folder / "trial-1/fold-0", line, std::span(rows).first(20));
  save_ridge(folder / "trial-1/fold-1", line, std::span(rows).last(20));
  save_ridge(folder / "trial-2/all", line, rows);
  ModelManifest manifest{.task = line.schema.task, .table = line.schema, .metric = "rmse"};
  manifest.members = {{.trial = 1, .weight = 0.75, .description = "", .folders = {"trial-1/fold-0", "trial-1/fold-1"}},
                      {.trial = 2, .weight = 0.25, .description = "", .folders = {"trial-2/all"}}};
  manifest.constant = {0.0};
  manifest.save(folder.path());

  const FittedModel model(folder.path());
  const Matrix all = model.predict(line.table);
  const Matrix first = model.predict_member(1, line.table);
  const Matrix second = model.predict_member(2, line.table);
  for (std::size_t row = 0; row < all.rows; ++row) {
    // Sums of three floats near 80, added in another order: a few units in the last place.
    EXPECT_NEAR(all(row, 0), 0.75F * first(row, 0) + 0.25F * second(row, 0), 1e-4);
    EXPECT_NEAR(all(row, 0), line.table.target()[row], 0.5);
  }
  EXPECT_THROW(model.predict_member(3, line.table), InternalError);
}

TEST(FittedModel, AMemberThatIsMissingIsNamed) {
  const TemporaryFolder folder;
  const Line line(folder);
  ModelManifest manifest{.task = line.schema.task, .table = line.schema, .metric = "rmse"};
  manifest.members = {{.trial = 1, .weight = 1.0, .description = "", .folders = {"trial-1/all"}}};
  manifest.constant = {0.0};
  manifest.save(folder.path());
  try {
    FittedModel(folder.path()).predict(line.table);
    FAIL() << "expected an error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("trial-1/all"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace nascent
