#include "data/csv_scanner.h"

#include <algorithm>

namespace nascent {

CsvScanner::CsvScanner(std::string_view text, char delimiter, std::deque<std::string>& unquoted)
    : at_(text.data()), end_(text.data() + text.size()), delimiter_(delimiter), unquoted_(&unquoted) {}

void CsvScanner::skip_line_break() {
  if (*at_ == '\r' && at_ + 1 != end_ && at_[1] == '\n') ++at_;
  ++at_;
  ++line_;
}

bool CsvScanner::at_end() {
  for (;;) {
    const char* p = at_;
    while (p != end_ && (*p == ' ' || (*p == '\t' && delimiter_ != '\t'))) ++p;
    if (p == end_) return true;
    if (*p != '\n' && *p != '\r') return false;
    at_ = p;
    skip_line_break();
  }
}

CsvScanner::End CsvScanner::finish() {
  if (at_ == end_) return End::kRecord;
  if (*at_ == delimiter_) {
    ++at_;
    return End::kCell;
  }
  skip_line_break();
  return End::kRecord;
}

CsvScanner::End CsvScanner::next(std::string_view& cell) {
  const char* begin = at_;
  while (begin != end_ && *begin == ' ') ++begin;
  if (begin != end_ && *begin == '"') {
    at_ = begin + 1;
    return quoted(cell);
  }
  begin = at_;
  while (at_ != end_ && !ends_cell(*at_)) ++at_;
  cell = {begin, static_cast<std::size_t>(at_ - begin)};
  return finish();
}

CsvScanner::End CsvScanner::quoted(std::string_view& cell) {
  const char* begin = at_;
  std::string* text = nullptr;  // set once the cell is no longer one piece of the file
  const auto keep = [&](const char* from, const char* to) {
    if (text == nullptr) text = &unquoted_->emplace_back();
    text->append(from, to);
  };
  for (;; ++at_) {
    if (at_ == end_) return End::kUnclosed;
    if (*at_ == '\n' || (*at_ == '\r' && (at_ + 1 == end_ || at_[1] != '\n'))) ++line_;
    if (*at_ != '"') continue;
    if (at_ + 1 == end_ || at_[1] != '"') break;
    keep(begin, ++at_);
    begin = at_ + 1;
  }
  const char* close = at_++;
  // What stands between the closing quote and the delimiter belongs to the cell unless it is blank.
  const char* tail = at_;
  while (at_ != end_ && !ends_cell(*at_)) ++at_;
  const bool has_tail = std::any_of(tail, at_, [](char c) { return c != ' ' && c != '\t'; });
  if (text != nullptr || has_tail) {
    keep(begin, close);
    if (has_tail) keep(tail, at_);
    cell = *text;
  } else {
    cell = {begin, static_cast<std::size_t>(close - begin)};
  }
  return finish();
}

namespace {

constexpr std::size_t kSampleBytes = 1 << 17;
constexpr std::size_t kSampleRecords = 100;

struct Trial {
  std::size_t cells = 0;    ///< of the header
  std::size_t records = 0;  ///< looked at
  std::size_t alike = 0;    ///< of them, with as many cells as the header
};

Trial try_delimiter(std::string_view text, char delimiter) {
  std::deque<std::string> unquoted;
  CsvScanner scanner(text.substr(0, kSampleBytes), delimiter, unquoted);
  Trial trial;
  while (trial.records < kSampleRecords && !scanner.at_end()) {
    std::size_t cells = 0;
    std::string_view cell;
    CsvScanner::End end = CsvScanner::End::kCell;
    while (end == CsvScanner::End::kCell) {
      end = scanner.next(cell);
      ++cells;
    }
    // The sample may end in the middle of a record; the header counts all the same.
    if (end == CsvScanner::End::kUnclosed && trial.records > 0) break;
    if (scanner.at_end() && text.size() > kSampleBytes && trial.records > 0) break;
    if (trial.records == 0) trial.cells = cells;
    ++trial.records;
    if (cells == trial.cells) ++trial.alike;
  }
  return trial;
}

}  // namespace

char find_delimiter(std::string_view text) {
  char best = ',';
  Trial chosen;
  for (const char delimiter : {',', ';', '\t', '|'}) {
    const Trial trial = try_delimiter(text, delimiter);
    if (trial.cells < 2) continue;
    // Compare the shares of alike records, then the number of cells.
    const std::size_t share = trial.alike * std::max<std::size_t>(chosen.records, 1);
    const std::size_t chosen_share = chosen.alike * std::max<std::size_t>(trial.records, 1);
    if (share > chosen_share || (share == chosen_share && trial.cells > chosen.cells)) {
      best = delimiter;
      chosen = trial;
    }
  }
  return best;
}

}  // namespace nascent
