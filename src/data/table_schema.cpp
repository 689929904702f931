#include <algorithm>
#include <array>

#include "nascent/core/error.h"
#include "nascent/data/table.h"

namespace nascent {
namespace {

constexpr std::array kKinds{ColumnKind::kNumber,   ColumnKind::kCategory, ColumnKind::kBoolean,
                            ColumnKind::kDateTime, ColumnKind::kText,     ColumnKind::kIdentifier,
                            ColumnKind::kConstant, ColumnKind::kDropped,  ColumnKind::kTarget};

ColumnKind column_kind_of(const std::string& name) {
  const auto* found = std::ranges::find_if(kKinds, [&](ColumnKind kind) { return name_of(kind) == name; });
  if (found == kKinds.end()) throw InputError("the description of a table has a column of the unknown kind " + name);
  return *found;
}

}  // namespace

std::string_view name_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kNumber:
      return "number";
    case ColumnKind::kCategory:
      return "category";
    case ColumnKind::kBoolean:
      return "boolean";
    case ColumnKind::kDateTime:
      return "date";
    case ColumnKind::kText:
      return "text";
    case ColumnKind::kIdentifier:
      return "identifier";
    case ColumnKind::kConstant:
      return "constant";
    case ColumnKind::kDropped:
      return "dropped";
    case ColumnKind::kTarget:
      return "target";
  }
  throw InternalError("a column kind without a name");
}

bool is_used(ColumnKind kind) {
  return kind == ColumnKind::kNumber || kind == ColumnKind::kCategory || kind == ColumnKind::kBoolean ||
         kind == ColumnKind::kDateTime;
}

std::vector<Feature> TableSchema::features() const {
  std::vector<Feature> features;
  for (const ColumnSchema& column : columns) {
    if (column.kind == ColumnKind::kNumber) features.push_back({.name = column.name});
    if (column.kind == ColumnKind::kCategory || column.kind == ColumnKind::kBoolean) {
      features.push_back({.name = column.name, .categorical = true, .categories = column.categories.size()});
    }
    if (column.kind == ColumnKind::kDateTime) {
      for (const std::string& part : column.date_parts) features.push_back({.name = column.name + "." + part});
    }
  }
  return features;
}

Json TableSchema::to_json() const {
  Json list = Json::array();
  for (const ColumnSchema& column : columns) {
    Json json{{"name", column.name}, {"kind", std::string(name_of(column.kind))}};
    if (!column.note.empty()) json["note"] = column.note;
    if (!column.categories.empty()) json["categories"] = column.categories;
    if (!column.date_format.empty()) json["date_format"] = column.date_format;
    if (!column.date_parts.empty()) json["date_parts"] = column.date_parts;
    if (column.decimal_comma) json["decimal_comma"] = true;
    list.push_back(std::move(json));
  }
  return Json{{"columns", list}, {"task", task.to_json()}};
}

TableSchema TableSchema::from_json(const Json& json) {
  TableSchema schema;
  try {
    schema.task = Task::from_json(json.at("task"));
    for (const Json& entry : json.at("columns")) {
      schema.columns.push_back({.name = entry.at("name").get<std::string>(),
                                .kind = column_kind_of(entry.at("kind").get<std::string>()),
                                .note = entry.value("note", std::string()),
                                .categories = entry.value("categories", std::vector<std::string>()),
                                .date_format = entry.value("date_format", std::string()),
                                .date_parts = entry.value("date_parts", std::vector<std::string>()),
                                .decimal_comma = entry.value("decimal_comma", false)});
    }
  } catch (const Json::exception& error) {
    throw InputError(std::string("the description of a table is damaged: ") + error.what());
  }
  return schema;
}

}  // namespace nascent
