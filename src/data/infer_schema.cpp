#include <algorithm>

#include "data/column_kind.h"
#include "data/target_task.h"
#include "nascent/core/error.h"
#include "nascent/core/near_match.h"
#include "nascent/data/table.h"

namespace nascent {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

void require_column(const CsvTable& csv, const std::string& name, const std::string& role) {
  if (csv.find(name) < csv.names().size()) return;
  std::string hint = did_you_mean(name, csv.names());
  if (hint.empty()) {
    constexpr std::size_t kMostListed = 12;
    for (std::size_t i = 0; i < std::min(kMostListed, csv.names().size()); ++i) {
      hint += (i == 0 ? "; its columns are " : ", ") + csv.names()[i];
    }
    if (csv.names().size() > kMostListed) hint += ", ...";
  }
  throw InputError(csv.path().string() + " has no column \"" + name + "\" " + role + hint);
}

void check_options(const CsvTable& csv, const SchemaOptions& options) {
  require_column(csv, options.target, "to predict");
  for (const std::string& name : options.drop) require_column(csv, name, "to leave out");
  for (const std::string& name : options.categorical) require_column(csv, name, "to take as categorical");
  for (const std::string& name : options.numeric) require_column(csv, name, "to take as numeric");
  if (contains(options.drop, options.target)) {
    throw InputError("the target \"" + options.target + "\" cannot be left out; drop another column");
  }
  for (const std::string& name : options.numeric) {
    if (contains(options.categorical, name)) {
      throw InputError("column \"" + name + "\" cannot be both numeric and categorical; name it once");
    }
  }
}

ColumnSchema schema_of(const CsvTable& csv, std::size_t column, const SchemaOptions& options) {
  const std::string& name = csv.names()[column];
  if (contains(options.drop, name)) return {.name = name, .kind = ColumnKind::kDropped, .note = "left out on request"};
  if (contains(options.categorical, name)) return category_column(csv, column);
  if (contains(options.numeric, name)) return number_column(csv, column);
  return infer_column(csv, column);
}

}  // namespace

TableSchema infer_schema(const CsvTable& csv, const SchemaOptions& options) {
  check_options(csv, options);
  TableSchema schema;
  for (std::size_t column = 0; column < csv.names().size(); ++column) {
    if (csv.names()[column] != options.target) {
      schema.columns.push_back(schema_of(csv, column, options));
      continue;
    }
    ColumnSchema target{.name = options.target, .kind = ColumnKind::kTarget};
    schema.task = infer_task(csv, column, options.task, target);
    schema.columns.push_back(std::move(target));
  }
  if (schema.features().empty()) {
    std::string reasons;
    for (const ColumnSchema& column : schema.columns) {
      if (column.kind == ColumnKind::kTarget) continue;
      reasons += (reasons.empty() ? " (" : ", ") + column.name + ": " + std::string(name_of(column.kind));
    }
    if (!reasons.empty()) reasons += ")";
    throw InputError(csv.path().string() + " has no column to predict \"" + options.target + "\" from" + reasons +
                     "; add columns, or name some as numeric or categorical");
  }
  return schema;
}

}  // namespace nascent
