#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "data/array_file.h"
#include "data/category_index.h"
#include "data/cells.h"
#include "data/column_profile.h"
#include "data/date_time.h"
#include "nascent/core/error.h"
#include "nascent/core/near_match.h"
#include "nascent/data/table.h"

namespace nascent {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kUnknownClass = -1.0;

std::string plural(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

/// Fills a table from the cells of a file, feature by feature.
class TableEncoder {
 public:
  TableEncoder(const CsvTable& csv, const TableSchema& schema, EncodingReport& report)
      : csv_(csv), schema_(schema), report_(report) {}

  Table encode(const EncodeOptions& options) {
    std::vector<double> target = read_target(options);
    choose_rows(target, options.require_target);
    allocate(target.empty() ? 0 : rows_.size());

    std::size_t feature = 0;
    for (const ColumnSchema& column : schema_.columns) {
      if (!is_used(column.kind)) continue;
      const Cells& cells = csv_.column(position_of(column.name));
      if (column.kind == ColumnKind::kNumber) write_numbers(column, cells, values<float>(feature++));
      if (column.kind == ColumnKind::kCategory || column.kind == ColumnKind::kBoolean) {
        write_codes(column, cells, values<std::int32_t>(feature++));
      }
      if (column.kind == ColumnKind::kDateTime) {
        write_dates(column, cells, feature);
        feature += column.date_parts.size();
      }
    }
    if (!target.empty()) {
      const std::span<double> kept = values<double>(feature);
      for (std::size_t i = 0; i < rows_.size(); ++i) kept[i] = target[rows_[i]];
      table_.target_ = kept;
    }
    return std::move(table_);
  }

 private:
  std::size_t position_of(const std::string& name) const {
    const std::size_t position = csv_.find(name);
    if (position < csv_.names().size()) return position;
    throw InputError(csv_.path().string() + " has no column \"" + name + "\", which the model was trained with" +
                     did_you_mean(name, csv_.names()));
  }

  /// One value for each row of the file; empty if the file has no target and need not have one.
  std::vector<double> read_target(const EncodeOptions& options) {
    const auto column = std::ranges::find(schema_.columns, ColumnKind::kTarget, &ColumnSchema::kind);
    if (column == schema_.columns.end()) throw InternalError("a table's description without a target");
    if (csv_.find(column->name) == csv_.names().size() && !options.require_target) return {};
    const Cells& cells = csv_.column(position_of(column->name));
    std::vector<double> target(cells.size(), kMissing);
    if (schema_.task.is_classification()) {
      read_classes(cells, target);
    } else {
      std::size_t unreadable = 0;
      for (std::size_t row = 0; row < cells.size(); ++row) {
        if (is_missing(cells[row])) continue;
        const auto value = parse_number(cells[row], column->decimal_comma);
        if (value) target[row] = *value;
        if (!value) ++unreadable;
      }
      count_unreadable(*column, unreadable);
    }
    return target;
  }

  void read_classes(const Cells& cells, std::vector<double>& target) {
    const CategoryIndex index(schema_.task.classes);
    std::size_t unknown = 0;
    for (std::size_t row = 0; row < cells.size(); ++row) {
      const std::string_view cell = trimmed(cells[row]);
      if (is_missing(cell)) continue;
      const auto code = index.find(cell);
      target[row] = code ? static_cast<double>(*code) : kUnknownClass;
      if (!code) ++unknown;
    }
    report_.unknown_classes += unknown;
    if (unknown > 0) {
      report_.sentences.push_back(plural(unknown, "row has a class", "rows have a class") + " of " +
                                  schema_.task.target + " that training never saw");
    }
  }

  void choose_rows(const std::vector<double>& target, bool require_target) {
    rows_.reserve(csv_.rows());
    for (std::uint32_t row = 0; row < csv_.rows(); ++row) {
      if (!require_target || !std::isnan(target[row])) rows_.push_back(row);
    }
    const std::size_t left_out = csv_.rows() - rows_.size();
    report_.rows_without_target += left_out;
    if (left_out > 0) {
      report_.sentences.push_back(plural(left_out, "row without", "rows without") + " a value of " +
                                  schema_.task.target + (left_out == 1 ? " is left out" : " are left out"));
    }
    if (rows_.empty()) {
      throw InputError(csv_.path().string() + " has no row with a value of \"" + schema_.task.target + "\"");
    }
  }

  void allocate(std::size_t targets) {
    table_.rows_ = rows_.size();
    table_.features_ = schema_.features();
    std::vector<std::size_t> sizes(table_.features_.size(), rows_.size() * sizeof(float));
    sizes.push_back(targets * sizeof(double));
    offsets_ = aligned_offsets(sizes);
    table_.memory_.resize(offsets_.back());
    for (std::size_t f = 0; f < table_.features_.size(); ++f) {
      table_.columns_.push_back(std::span<const std::byte>(table_.memory_).subspan(offsets_[f], sizes[f]));
    }
  }

  /// The memory of a feature, or of the target, which comes after all features.
  template <typename T>
  std::span<T> values(std::size_t feature) {
    return {reinterpret_cast<T*>(table_.memory_.data() + offsets_[feature]), rows_.size()};
  }

  void count_unreadable(const ColumnSchema& column, std::size_t cells) {
    report_.unreadable_numbers += cells;
    if (cells == 0) return;
    report_.sentences.push_back(plural(cells, "cell", "cells") + " of " + column.name +
                                (cells == 1 ? " cannot be read and counts" : " cannot be read and count") +
                                " as missing");
  }

  void write_numbers(const ColumnSchema& column, const Cells& cells, std::span<float> out) {
    std::size_t unreadable = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const std::string_view cell = cells[rows_[i]];
      out[i] = static_cast<float>(kMissing);
      if (is_missing(cell)) continue;
      const auto value = parse_number(cell, column.decimal_comma);
      if (value) out[i] = static_cast<float>(*value);
      if (!value) ++unreadable;
    }
    count_unreadable(column, unreadable);
  }

  void write_codes(const ColumnSchema& column, const Cells& cells, std::span<std::int32_t> out) {
    const CategoryIndex index(column.categories);
    std::size_t unknown = 0;
    std::string_view example;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const std::string_view cell = trimmed(cells[rows_[i]]);
      const auto code = index.find(cell);
      out[i] = code ? *code : is_missing(cell) ? kMissingCode : kUnknownCode;
      if (out[i] != kUnknownCode) continue;
      if (unknown++ == 0) example = cell;
    }
    report_.unknown_categories += unknown;
    if (unknown == 0) return;
    report_.sentences.push_back(plural(unknown, "cell", "cells") + " of " + column.name +
                                (unknown == 1 ? " has" : " have") + " a value that training never saw, such as \"" +
                                std::string(example) + "\"");
  }

  void write_dates(const ColumnSchema& column, const Cells& cells, std::size_t feature) {
    std::size_t unreadable = 0;
    std::vector<std::span<float>> out;
    for (std::size_t p = 0; p < column.date_parts.size(); ++p) out.push_back(values<float>(feature + p));
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const std::string_view cell = trimmed(cells[rows_[i]]);
      const auto moment = is_missing(cell) ? std::nullopt : parse_date_time(cell, column.date_format);
      if (!moment && !is_missing(cell)) ++unreadable;
      for (std::size_t p = 0; p < out.size(); ++p) {
        out[p][i] = static_cast<float>(moment ? part_of(*moment, column.date_parts[p]) : kMissing);
      }
    }
    count_unreadable(column, unreadable);
  }

  const CsvTable& csv_;
  const TableSchema& schema_;
  EncodingReport& report_;
  std::vector<std::uint32_t> rows_;  // of the file, that are kept
  std::vector<std::size_t> offsets_;
  Table table_;
};

Table encode_table(const CsvTable& csv, const TableSchema& schema, const EncodeOptions& options,
                   EncodingReport& report) {
  return TableEncoder(csv, schema, report).encode(options);
}

}  // namespace nascent
