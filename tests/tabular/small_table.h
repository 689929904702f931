#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "nascent/core/random.h"
#include "nascent/data/csv.h"
#include "nascent/data/metric.h"
#include "nascent/data/table.h"
#include "nascent/learner/family.h"
#include "support/temporary_folder.h"

namespace nascent::testing {

/// A little table with numbers, categories and missing cells whose target depends on both, read from a real CSV file.
struct SmallTable {
  TableSchema schema;
  Table table;
  std::vector<std::string> colours;  // of each row

  const Task& task() const { return schema.task; }
  const std::string& colour(std::uint32_t row) const { return colours[row]; }

  TableTraits traits() const {
    TableTraits traits{.task = task(), .rows = table.rows()};
    for (const Feature& feature : table.features()) {
      if (feature.categorical) {
        ++traits.categorical_features;
        traits.largest_cardinality = std::max(traits.largest_cardinality, feature.categories);
      } else {
        ++traits.numeric_features;
      }
    }
    return traits;
  }
};

struct SmallTableOptions {
  std::size_t change_rows_from = 1'000'000;  ///< from this row on, numbers and target are others
  std::string number_name = "size";
};

inline SmallTable make_small_table(TaskKind kind, std::size_t rows, const SmallTableOptions& options = {}) {
  const std::vector<std::string> colours = {"blue", "green", "red", "yellow"};
  Random random(5);
  SmallTable small;
  const TemporaryFolder folder;
  std::ofstream file(folder / "table.csv");
  file << options.number_name << ",weight,colour,shape,y\n";
  for (std::size_t r = 0; r < rows; ++r) {
    const double size = random.normal();
    const double weight = random.normal();
    const std::size_t colour = random.below(colours.size());
    const bool round = random.chance(0.5);
    small.colours.push_back(colours[colour]);
    const double up = 2.0 * size + static_cast<double>(colour) - 1.5 + (round ? 0.5 : -0.5) + 0.2 * random.normal();
    const bool missing = random.chance(0.1);
    const double shift = r >= options.change_rows_from ? 3.0 : 0.0;
    if (!missing) file << size + shift;
    file << ',' << weight << ',' << colours[colour] << ',' << (round ? "round" : "square") << ',';
    if (kind == TaskKind::kRegression) {
      file << 10.0 * up + shift;
    } else if (kind == TaskKind::kBinary) {
      file << (up > 0.0 ? "yes" : "no");
    } else {
      file << (up > 1.0 ? "high" : up > -1.0 ? "middle" : "low");
    }
    file << '\n';
  }
  file.close();
  const CsvTable csv = read_csv(folder / "table.csv");
  small.schema = infer_schema(csv, {.target = "y", .task = kind});
  EncodingReport report;
  small.table = encode_table(csv, small.schema, {}, report);
  return small;
}

}  // namespace nascent::testing
