// What the coordinator says of the inputs of dense networks, held against the preprocessing that a worker learns.
#include <gtest/gtest.h>

#include <fstream>

#include "nascent/learner/dense_network.h"
#include "support/seed.h"
#include "support/temporary_folder.h"
#include "tabular/pipeline.h"
#include "tabular/preprocessor.h"

namespace nascent::testing {
namespace {

/// Numbers with and without missing cells, one that hardly ever differs, categories of every frequency.
Table random_table(Random& random, std::size_t rows, TableSchema& schema) {
  const TemporaryFolder folder;
  std::ofstream file(folder / "table.csv");
  file << "number,gaps,flat,few,many,often,y\n";
  const auto category = [&](std::size_t count) { return "c" + std::to_string(random.below(count)); };
  for (std::size_t row = 0; row < rows; ++row) {
    file << random.normal() << ',';
    if (!random.chance(0.1)) file << random.normal();
    file << ',' << (random.chance(0.02) ? 1.5 : 2.5) << ',';
    if (!random.chance(0.01)) file << category(3);
    file << ',' << category(600) << ',' << category(rows / 4) << ',' << random.normal() << '\n';
  }
  file.close();
  const CsvTable csv = read_csv(folder / "table.csv");
  schema = infer_schema(csv, {.target = "y", .task = TaskKind::kRegression, .categorical = {"few", "many", "often"}});
  EncodingReport report;
  return encode_table(csv, schema, {}, report);
}

std::size_t columns_from(const Table& table, const Task& task, std::span<const std::uint32_t> rows) {
  Preprocessor preprocessor(preprocessing_of(kDenseNetwork, {}), task);
  return preprocessor.fit_transform(table, rows, 1).numbers.columns;
}

TEST(DenseNetworkInputs, AreThoseOfAllRowsAndNoFewerThanOfAPart) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed_note(seed));
  Random random(seed);
  for (const std::size_t size : {40, 300, 3000}) {
    TableSchema schema;
    const Table table = random_table(random, size, schema);
    const auto inputs = static_cast<std::size_t>(dense_network_inputs(table));
    std::vector<std::uint32_t> rows = all_rows(table.rows());
    EXPECT_EQ(inputs, columns_from(table, schema.task, rows));
    for (int part = 0; part < 5; ++part) {
      std::erase_if(rows, [&](std::uint32_t) { return random.chance(0.2); });
      EXPECT_GE(inputs, columns_from(table, schema.task, rows));
    }
  }
}

}  // namespace
}  // namespace nascent::testing
