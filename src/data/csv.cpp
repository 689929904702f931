#include "nascent/data/csv.h"

#include <algorithm>
#include <unordered_map>

#include "data/cells.h"
#include "data/csv_scanner.h"
#include "data/csv_text.h"
#include "nascent/core/error.h"

namespace nascent {

struct CsvTable::Storage {
  explicit Storage(const std::filesystem::path& path) : text(path) {}
  CsvText text;
  std::deque<std::string> unquoted;
};

CsvTable::CsvTable() = default;
CsvTable::CsvTable(CsvTable&&) noexcept = default;
CsvTable& CsvTable::operator=(CsvTable&&) noexcept = default;
CsvTable::~CsvTable() = default;

std::size_t CsvTable::find(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::find(names_, name) - names_.begin());
}

/// Fills a table from its text.
class CsvParser {
 public:
  explicit CsvParser(const std::filesystem::path& path)
      : storage_(std::make_unique<CsvTable::Storage>(path)),
        scanner_(storage_->text.view(), find_delimiter(storage_->text.view()), storage_->unquoted) {
    table_.path_ = path;
  }

  CsvTable parse() && {
    read_header();
    while (!scanner_.at_end()) {
      read_row();
      if (table_.lines_.size() == 1) reserve_rows();
    }
    if (table_.lines_.empty()) {
      throw InputError(table_.path_.string() + " has a header but no rows; rows are needed below it");
    }
    table_.storage_ = std::move(storage_);
    return std::move(table_);
  }

 private:
  [[noreturn]] void fail(std::size_t line, const std::string& what) const {
    throw InputError(table_.path_.string() + ", line " + std::to_string(line) + ": " + what);
  }

  CsvScanner::End next(std::string_view& cell) {
    const std::size_t line = scanner_.line();
    const CsvScanner::End end = scanner_.next(cell);
    if (end == CsvScanner::End::kUnclosed) {
      fail(line, "a quote is opened and never closed; close it, or double it if it belongs to the text");
    }
    return end;
  }

  void read_header() {
    scanner_.at_end();  // skips blank lines
    const std::size_t line = scanner_.line();
    std::unordered_map<std::string, std::size_t> positions;
    for (CsvScanner::End end = CsvScanner::End::kCell; end == CsvScanner::End::kCell;) {
      std::string_view cell;
      end = next(cell);
      const std::size_t position = table_.names_.size() + 1;
      std::string name(trimmed(cell));
      if (name.empty()) name = "column_" + std::to_string(position);
      const auto [earlier, is_new] = positions.emplace(name, position);
      if (!is_new) {
        const bool is_number = parse_number(name).has_value();
        fail(line, "columns " + std::to_string(earlier->second) + " and " + std::to_string(position) +
                       " are both called \"" + name + "\"; " +
                       (is_number ? "the first line must hold the names of the columns" : "rename one of them"));
      }
      table_.names_.push_back(std::move(name));
    }
    table_.columns_.resize(table_.names_.size());
  }

  void read_row() {
    const std::size_t line = scanner_.line();
    const std::size_t expected = table_.columns_.size();
    std::size_t cells = 0;
    std::string_view cell;
    for (CsvScanner::End end = CsvScanner::End::kCell; end == CsvScanner::End::kCell; ++cells) {
      end = next(cell);
      if (cells < expected) table_.columns_[cells].push_back(cell);
    }
    if (cells != expected) {
      fail(line, std::to_string(cells) + (cells == 1 ? " cell" : " cells") + " where the header has " +
                     std::to_string(expected) + "; check the delimiters and quotes of this line");
    }
    table_.lines_.push_back(line);
  }

  /// Guesses the number of rows from the length of the text and of the first row.
  void reserve_rows() {
    std::size_t row_bytes = table_.columns_.size();
    for (const auto& column : table_.columns_) row_bytes += column.front().size();
    const std::size_t guess = storage_->text.view().size() / std::max<std::size_t>(row_bytes, 1) + 1;
    for (auto& column : table_.columns_) column.reserve(guess);
    table_.lines_.reserve(guess);
  }

  CsvTable table_;
  std::unique_ptr<CsvTable::Storage> storage_;
  CsvScanner scanner_;
};

CsvTable read_csv(const std::filesystem::path& path) { return CsvParser(path).parse(); }

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace nascent
