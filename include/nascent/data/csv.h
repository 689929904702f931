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

 private:
  friend class CsvParser;
  struct Storage;
  std::unique_ptr<Storage> storage_;
  std::vector<std::string> names_;
  std::vector<std::vector<std::string_view>> columns_;
};

/// Reads a CSV file with a header, plain or gzip: RFC 4180 quotes with delimiters and line breaks inside, a byte-order
/// mark, LF, CRLF or CR, and a delimiter found by looking (comma, semicolon, tab, vertical bar).
///
/// Throws `InputError` naming the file, and the line where there is one: no such file, empty, header only, a row with
/// too few or too many cells, a quote that is never closed, a binary file, a damaged gzip, two columns of one name.
CsvTable read_csv(const std::filesystem::path& path);

/// The cells that stand for "not known": empty, NA, N/A, ?, nan, NaN, null, None (and surrounding blanks).
bool is_missing(std::string_view cell);

}  // namespace nascent
