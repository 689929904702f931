#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nascent {

/// A table of text cells as it stood in the file. Cells are views into storage that the object owns; quotes are removed
/// and doubled quotes undone. Move-only.
class CsvTable {
 public:
  CsvTable();
  CsvTable(CsvTable&&) noexcept;
  CsvTable& operator=(CsvTable&&) noexcept;
  ~CsvTable();

  std::size_t rows() const { return columns_.empty() ? 0 : columns_.front().size(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string_view>& column(std::size_t index) const { return columns_[index]; }
  /// Index of the column of this name, or names().size().
  std::size_t find(std::string_view name) const;
  /// The file as it was named.
  const std::filesystem::path& path() const { return path_; }
  /// The line of the file in which a row begins; the first line is 1.
  std::size_t line(std::size_t row) const { return lines_[row]; }

 private:
  friend class CsvParser;
  struct Storage;
  std::unique_ptr<Storage> storage_;
  std::filesystem::path path_;
  std::vector<std::string> names_;
  std::vector<std::size_t> lines_;
  std::vector<std::vector<std::string_view>> columns_;
};

/// Reads a CSV file with a header, plain or gzip: RFC 4180 quotes with delimiters and line breaks inside, a byte-order
/// mark, LF, CRLF or CR, and a delimiter found by looking (comma, semicolon, tab, vertical bar). Blank lines are
/// skipped. Names of columns are trimmed, and one without a name is called after its position: "column_1". Text that is
/// no UTF-8 is taken for Windows-1252 and translated.
///
/// Throws `InputError` naming the file, and the line where there is one: no such file, empty, header only, a row with
/// too few or too many cells, a quote that is never closed, a binary file, a damaged gzip, two columns of one name.
CsvTable read_csv(const std::filesystem::path& path);

/// The cells that stand for "not known": empty, NA, N/A, n/a, #N/A, <NA>, ?, nan, NaN, NAN, NaT, null, Null, NULL,
/// None, also with blanks around them. A "none" in small letters is a value like any other.
bool is_missing(std::string_view cell);

/// A text as a cell of a CSV file with commas: in quotes where it holds a comma, a quote or a line break.
std::string csv_cell(std::string_view text);

}  // namespace nascent
