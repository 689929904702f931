#include "execution/output_metrics.h"

#include <cctype>
#include <charconv>
#include <optional>
#include <string>

#include "nascent/core/json.h"

namespace nascent {
namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_name(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("_.-/@").find(c) != std::string_view::npos;
}

/// The line without escape sequences of the form ESC [ ... letter.
std::string without_colours(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\033') {
      text += line[i];
      continue;
    }
    if (i + 1 < line.size() && line[i + 1] == '[') {
      i += 2;
      while (i < line.size() && !is_letter(line[i])) ++i;
    }
  }
  return text;
}

/// The name that ends before `end`, blanks and one quote aside; empty if there is none.
std::string_view name_before(std::string_view text, std::size_t end) {
  while (end > 0 && is_blank(text[end - 1])) --end;
  if (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'')) --end;
  std::size_t begin = end;
  while (begin > 0 && is_name(text[begin - 1])) --begin;
  while (begin < end && !is_letter(text[begin]) && !is_digit(text[begin]) && text[begin] != '_') ++begin;
  if (begin == end || is_digit(text[begin])) return {};
  return text.substr(begin, end - begin);
}

/// Whether a number may end before this.
bool ends_number(std::string_view rest) {
  if (rest.empty()) return true;
  const char c = rest[0];
  if (is_letter(c) || is_digit(c) || c == '_') return false;
  const bool may_go_on = c == ':' || c == '-' || c == '.';
  return !may_go_on || rest.size() == 1 || !(is_digit(rest[1]) || is_letter(rest[1]));
}

std::optional<double> number_at(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!ends_number(text)) return std::nullopt;
  return value;
}

std::optional<Metrics> from_json(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Metrics metrics;
  for (const auto& [name, value] : json.items()) {
    if (value.is_number()) metrics[name] = value.get<double>();
  }
  return metrics;
}

}  // namespace

Metrics metrics_in(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin != std::string_view::npos && line[begin] == '{') {
    if (auto metrics = from_json(line)) return *metrics;
  }
  Metrics metrics;
  if (line.find_first_of("=:") == std::string_view::npos) return metrics;
  const std::string text = without_colours(line);
  for (std::size_t i = text.find_first_of("=:"); i != std::string::npos; i = text.find_first_of("=:", i + 1)) {
    const std::string_view name = name_before(text, i);
    if (name.empty()) continue;
    if (const auto value = number_at(std::string_view(text).substr(i + 1))) metrics[std::string(name)] = *value;
  }
  return metrics;
}

}  // namespace nascent
