#include "execution/output_reader.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include "execution/output_metrics.h"
#include "nascent/core/json.h"

namespace nascent {
namespace {

constexpr std::size_t kTail = 4096;
constexpr std::size_t kLongestLine = 1 << 20;  ///< what is longer is binary, or a program gone mad
constexpr std::size_t kMostNames = 100;  ///< a program that prints other names all the time must not fill the record

/// `only`: the counter that is looked for; empty for any.
std::optional<std::int64_t> step_in(const Metrics& metrics, std::string_view only) {
  for (const bool with_a_capital : {false, true}) {
    for (const std::string_view counter : kStepCounters) {
      std::string name(counter);
      if (!only.empty() && name != only) continue;
      if (with_a_capital) name.front() = static_cast<char>(std::toupper(name.front()));
      const auto found = metrics.find(name);
      if (found == metrics.end()) continue;
      const double value = found->second;
      if (value >= 0.0 && value < 1e15 && value == std::floor(value)) return static_cast<std::int64_t>(value);
    }
  }
  return std::nullopt;
}

/// Bytes that are not UTF-8 become U+FFFD.
std::string as_utf8(const std::string& text) {
  const std::string quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(quoted).get<std::string>();
}

}  // namespace

void OutputReader::feed(Stream stream, std::string_view text) {
  tail_ += text;
  if (tail_.size() > 2 * kTail) {
    tail_.erase(0, tail_.size() - kTail);
    tail_is_cut_ = true;
  }
  std::string& unended = unended_[stream];
  for (;;) {
    const std::size_t end = text.find_first_of("\r\n");
    if (end == std::string_view::npos) break;
    unended += text.substr(0, end);
    take_line(unended);
    unended.clear();
    text.remove_prefix(end + 1);
  }
  if (unended.size() + text.size() <= kLongestLine) unended += text;
}

void OutputReader::finish() {
  for (std::string& unended : unended_) {
    take_line(unended);
    unended.clear();
  }
}

void OutputReader::take_line(std::string_view line) {
  if (line.find_first_not_of(" \t") == std::string_view::npos) return;
  last_line_ = line.substr(0, kTail);
  Metrics found = metrics_in(line);
  if (found.empty()) return;
  for (const auto& [name, value] : found) {
    const bool wanted = std::ranges::find(metrics_, name) != metrics_.end();
    if (wanted || values_.size() < kMostNames || values_.contains(name)) values_[name] = value;
  }
  const auto step = step_in(found, counter_);
  const bool has_metric = std::ranges::any_of(metrics_, [&](const std::string& name) { return found.contains(name); });
  if (!step || !has_metric) return;
  if (!first_step_) first_step_ = *step;
  const std::int64_t counted_from_1 = *first_step_ == 0 ? *step + 1 : *step;
  if (counted_from_1 <= last_step_) return;
  last_step_ = counted_from_1;
  reports_.push_back({.step = counted_from_1, .metrics = std::move(found), .cost_seconds = 0.0});
}

std::optional<Report> OutputReader::next_report() {
  if (reports_.empty()) return std::nullopt;
  Report report = std::move(reports_.front());
  reports_.pop_front();
  return report;
}

std::string OutputReader::tail() const {
  std::string_view text = tail_;
  bool cut = tail_is_cut_;
  if (text.size() > kTail) {
    text.remove_prefix(text.size() - kTail);
    cut = true;
  }
  if (const std::size_t end = text.find('\n'); cut && end != std::string_view::npos && end + 1 < text.size()) {
    text.remove_prefix(end + 1);
  }
  return as_utf8(std::string(text));
}

}  // namespace nascent
