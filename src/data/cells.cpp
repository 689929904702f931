#include "data/cells.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace nascent {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kLongestMissing = 6;
constexpr std::array<std::string_view, 15> kMissing{"NA",   "N/A",  "n/a",  "?",    "nan",  "NaN",  "NAN", "-nan",
                                                    "null", "NULL", "Null", "None", "#N/A", "<NA>", "NaT"};
constexpr std::array<std::string_view, 5> kUnits{"$", "€", "£", "¥", "%"};
constexpr std::size_t kLongestNumber = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Plain notation of the C locale, the whole of the text.
std::optional<double> parse_plain(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  // Underflow is zero for all purposes; the library tells it from overflow by nothing but the text.
  if (error == std::errc::result_out_of_range) {
    const std::size_t exponent = text.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos && text.substr(exponent).find('-') != std::string_view::npos;
    return tiny ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  }
  if (!(std::abs(value) <= std::numeric_limits<float>::max())) return std::numeric_limits<double>::quiet_NaN();
  return value;
}

std::string_view without_units(std::string_view text) {
  for (const std::string_view unit : kUnits) {
    if (text.starts_with(unit)) return trimmed(text.substr(unit.size()));
    if (text.ends_with(unit)) return trimmed(text.substr(0, text.size() - unit.size()));
  }
  return text;
}

/// "1,234,567.5" → "1234567.5" with ',' as separator: groups of three digits after a first of one to three that is not
/// zero. Empty if the separators do not stand like that.
std::string without_separators(std::string_view text, char separator, char point) {
  const std::size_t whole_end = std::min(text.find(point), text.size());
  const std::string_view whole = text.substr(0, whole_end);
  std::string result;
  const std::size_t first = whole.find(separator);
  if (first == std::string_view::npos) {
    result.append(whole);
  } else {
    if (first == 0 || first > 3 || whole.front() == '0') return {};
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const bool expects_separator = i >= first && (i - first) % 4 == 0;
      if (expects_separator != (whole[i] == separator)) return {};
      if (!expects_separator && !is_digit(whole[i])) return {};
      if (!expects_separator) result.push_back(whole[i]);
    }
    if ((whole.size() - first) % 4 != 0) return {};
  }
  if (whole_end < text.size()) result.append(1, '.').append(text.substr(whole_end + 1));
  return result;
}

}  // namespace

std::string_view trimmed(std::string_view cell) {
  const std::size_t begin = cell.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return cell.substr(begin, cell.find_last_not_of(kBlanks) - begin + 1);
}

bool is_missing(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.empty()) return true;
  if (cell.size() >= kLongestMissing) return false;
  return std::ranges::find(kMissing, cell) != kMissing.end();
}

std::optional<double> parse_number(std::string_view cell, bool decimal_comma) {
  cell = trimmed(cell);
  if (!decimal_comma) {
    if (const auto value = parse_plain(cell)) return value;
  }
  // A decorated number has a digit, and nothing longer is one.
  if (cell.size() > kLongestNumber || std::ranges::none_of(cell, is_digit)) return std::nullopt;
  std::string_view digits = without_units(cell);
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits = without_units(trimmed(digits.substr(1)));
  const std::string plain = decimal_comma ? without_separators(digits, '.', ',') : without_separators(digits, ',', '.');
  if (plain.empty() || !(is_digit(plain.front()) || plain.front() == '.')) return std::nullopt;
  const auto value = parse_plain(plain);
  return value && negative ? std::optional(-*value) : value;
}

}  // namespace nascent
