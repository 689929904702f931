#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nascent/core/files.h"
#include "nascent/core/json.h"
#include "nascent/data/csv.h"
#include "nascent/data/task.h"

namespace nascent {

/// What a column of the file was taken for.
enum class ColumnKind : std::uint8_t {
  kNumber,
  kCategory,
  kBoolean,     ///< two values that mean yes and no; encoded as a category
  kDateTime,    ///< becomes several numeric features
  kText,        ///< free text: left out
  kIdentifier,  ///< (nearly) one value a row: left out
  kConstant,    ///< one value: left out
  kDropped,     ///< left out on request
  kTarget,
};

std::string_view name_of(ColumnKind kind);
/// Whether columns of this kind become features.
bool is_used(ColumnKind kind);

/// A column of the input file and how its cells are read. Enough to read another file the same way.
struct ColumnSchema {
  std::string name = {};
  ColumnKind kind = ColumnKind::kNumber;
  std::string note = {};                     ///< why it is left out, how many cells are missing; for people
  std::vector<std::string> categories = {};  ///< in the order of their codes; sorted
  std::string date_format = {};              ///< one of the layouts that the reader knows, for kDateTime
  std::vector<std::string> date_parts = {};  ///< the features made of a date, those that vary: "year", "days", ...
  bool decimal_comma = false;                ///< numbers are written as 3,5
};

/// What a model sees of a column: one number or one category for each row.
struct Feature {
  std::string name;  ///< "age", "date.month"
  bool categorical = false;
  std::size_t categories = 0;  ///< codes are 0 ... categories - 1
};

/// How to read a table: inferred once from the training file, then applied to every other.
struct TableSchema {
  std::vector<ColumnSchema> columns;  ///< as in the training file
  Task task;

  std::vector<Feature> features() const;
  Json to_json() const;
  static TableSchema from_json(const Json& json);
};

struct SchemaOptions {
  std::string target = {};
  std::optional<TaskKind> task = {};
  std::vector<std::string> drop = {};
  std::vector<std::string> categorical = {};
  std::vector<std::string> numeric = {};
};

/// Looks at all cells and decides what each column is and which task it makes. Throws `InputError`: a column named in
/// the options that is not there (with near matches), a target with one value or that cannot be the task asked for (a
/// number forced on words, with the first offending line), no usable column.
TableSchema infer_schema(const CsvTable& csv, const SchemaOptions& options);

/// Missing numbers are NaN; missing categories are `kMissingCode`, categories not seen in training `kUnknownCode`.
inline constexpr std::int32_t kMissingCode = -1;
inline constexpr std::int32_t kUnknownCode = -2;

/// The features of a table as columns, read-only. The columns may lie in memory or in a mapped file.
class Table {
 public:
  std::size_t rows() const { return rows_; }
  const std::vector<Feature>& features() const { return features_; }
  std::span<const float> numbers(std::size_t feature) const;       ///< of a numeric feature
  std::span<const std::int32_t> codes(std::size_t feature) const;  ///< of a categorical feature
  /// The class index or the value of each row; empty if the file has no target column. NaN where it is missing, -1 for
  /// a class that the schema does not know.
  std::span<const double> target() const { return target_; }

  /// Writes the table so that `map` gives it back without reading it into memory. Atomic.
  void save(const std::filesystem::path& path) const;
  static Table map(const std::filesystem::path& path);

 private:
  friend class TableEncoder;
  std::size_t rows_ = 0;
  std::vector<Feature> features_;
  std::vector<std::span<const std::byte>> columns_;  // one a feature, float or int32
  std::span<const double> target_;
  std::vector<std::byte> memory_;  // holds the columns when they are not mapped
  MappedFile file_;
};

/// What happened while a table was read by a schema.
struct EncodingReport {
  std::size_t rows_without_target = 0;  ///< left out when `require_target`
  std::size_t unknown_classes = 0;      ///< rows whose class training never saw
  std::size_t unknown_categories = 0;   ///< cells
  std::size_t unreadable_numbers = 0;   ///< cells that should be a number and are not; taken as missing
  std::vector<std::string> sentences;   ///< the same for people, one for each column concerned
};

struct EncodeOptions {
  bool require_target = true;  ///< false for prediction: the target column may be missing
};

/// Reads a table by a schema. Columns are found by name, in any order; columns that the schema does not know are
/// ignored. Throws `InputError` naming a column that is missing. Every row is kept, in order, unless its target is
/// missing and required.
Table encode_table(const CsvTable& csv, const TableSchema& schema, const EncodeOptions& options,
                   EncodingReport& report);

}  // namespace nascent
