#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/trial/trial.h"

namespace nascent {

/// The names of the counters of steps in what programs print, also with a capital; the first one in a line counts.
inline constexpr std::array<std::string_view, 4> kStepCounters{"epoch", "step", "iteration", "round"};

/// Reads what a program prints, as it comes: the last value of every number that it names, its reports, and the end of
/// what it printed. Standard output and standard error are taken apart into lines on their own, so that a message of
/// one never cuts a line of the other.
class OutputReader {
 public:
  enum Stream : std::size_t { kOut = 0, kErr = 1 };

  /// `metrics` are those that make a line with a step counter a report; `counter` is the only one of these, if given.
  explicit OutputReader(std::vector<std::string> metrics, std::string counter = "")
      : metrics_(std::move(metrics)), counter_(std::move(counter)) {}

  void feed(Stream stream, std::string_view text);
  /// Takes in the lines that were not ended.
  void finish();

  /// The oldest report that was not taken yet: a line with one of the metrics and a counter of steps that is greater
  /// than before. Steps that are counted from 0 are counted from 1 here. Its cost is left to the caller.
  std::optional<Report> next_report();

  /// The last value of every number.
  const Metrics& values() const { return values_; }
  /// The last 4 kB of both streams in the order of their coming, as UTF-8, from the beginning of a line.
  std::string tail() const;
  /// The last line that is not empty.
  const std::string& last_line() const { return last_line_; }

 private:
  void take_line(std::string_view line);

  std::vector<std::string> metrics_;
  std::string counter_;
  std::array<std::string, 2> unended_;
  std::deque<Report> reports_;
  Metrics values_;
  std::string tail_;
  bool tail_is_cut_ = false;
  std::string last_line_;
  std::optional<std::int64_t> first_step_;
  std::int64_t last_step_ = 0;
};

}  // namespace nascent
