#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace nascent {

/// Walks through CSV text, cell by cell. Cells are views into the text, or into `unquoted` where quotes inside a cell
/// had to be undone. A cell is quoted if its first character after blanks is a quote; a quote elsewhere is a character.
class CsvScanner {
 public:
  enum class End {
    kCell,      ///< a delimiter follows: the record goes on
    kRecord,    ///< the line ends, or the text
    kUnclosed,  ///< the text ends inside quotes
  };

  CsvScanner(std::string_view text, char delimiter, std::deque<std::string>& unquoted);

  /// Skips lines that are empty or blank; true at the end of the text.
  bool at_end();
  End next(std::string_view& cell);
  /// The line of what comes next; the first is 1.
  std::size_t line() const { return line_; }

 private:
  bool ends_cell(char c) const { return c == delimiter_ || c == '\n' || c == '\r'; }
  void skip_line_break();
  End finish();
  End quoted(std::string_view& cell);

  const char* at_;
  const char* end_;
  char delimiter_;
  std::deque<std::string>* unquoted_;
  std::size_t line_ = 1;
};

/// The delimiter that cuts the first lines into the same number of cells, the most where several do; a comma for a
/// table of one column.
char find_delimiter(std::string_view text);

}  // namespace nascent
