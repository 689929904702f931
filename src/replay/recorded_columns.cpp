#include "replay/recorded_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"

namespace nascent {
namespace {

std::string_view trimmed(std::string_view cell) {
  while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
  while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\t')) cell.remove_suffix(1);
  return cell;
}

std::string place(const CsvTable& csv, std::size_t row) {
  return fmt::format("{}, line {}", csv.path().string(), csv.line(row));
}

constexpr std::size_t kMostNamed = 12;

[[noreturn]] void unknown_column(const CsvTable& csv, const std::string& name, std::string_view role) {
  std::string hint = did_you_mean(name, csv.names());
  if (hint.empty()) {
    const std::size_t named = std::min(kMostNamed, csv.names().size());
    hint = fmt::format("; its columns are {}", fmt::join(csv.names().begin(), csv.names().begin() + named, ", "));
    if (named < csv.names().size()) hint += fmt::format(" and {} more", csv.names().size() - named);
  }
  throw InputError(fmt::format("{}: \"{}\" is no column of {}{}", role, name, csv.path().string(), hint));
}

/// The cell of a parameter in a row: under its own name, or the path to it.
std::string_view cell_of(const CsvTable& csv, std::size_t row, const std::string& prefix, const std::string& name) {
  for (const std::string& column : {prefix + name, name}) {
    const std::size_t index = csv.find(column);
    if (index < csv.names().size()) return trimmed(csv.column(index)[row]);
  }
  unknown_column(csv, prefix + name, "--space");
}

double number_cell(const CsvTable& csv, std::size_t row, const std::string& name, std::string_view cell) {
  if (const std::optional<double> number = number_in(cell)) return *number;
  throw InputError(fmt::format("{}: \"{}\" is no number, but {} is one in the space; correct the table or the space",
                               place(csv, row), cell, name));
}

Configuration below(const CsvTable& csv, std::size_t row, const SearchSpace& space, const std::string& prefix) {
  Configuration configuration;
  for (const Parameter& parameter : space.parameters()) {
    if (std::holds_alternative<RepeatDomain>(parameter.domain))
      throw InputError(fmt::format("--space: {} is a list, which no column of a table can hold", parameter.name));
    const std::string_view cell = cell_of(csv, row, prefix, parameter.name);
    if (std::holds_alternative<FloatDomain>(parameter.domain)) {
      configuration.set(parameter.name, number_cell(csv, row, parameter.name, cell));
    } else if (std::holds_alternative<IntDomain>(parameter.domain)) {
      const double number = number_cell(csv, row, parameter.name, cell);
      configuration.set(parameter.name, static_cast<std::int64_t>(std::llround(number)));
    } else {
      ChoiceValue chosen{std::string(cell), {}};
      for (const Choice& choice : std::get<CategoricalDomain>(parameter.domain).choices)
        if (choice.name == cell) chosen.branch = below(csv, row, choice.branch, prefix + parameter.name + ".");
      configuration.set(parameter.name, std::move(chosen));
    }
  }
  return configuration;
}

}  // namespace

std::vector<std::size_t> find_columns(const CsvTable& csv, const std::vector<std::string>& names,
                                      std::string_view role) {
  std::vector<std::size_t> columns;
  const auto add = [&](std::size_t column) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
  };
  for (const std::string& name : names) {
    const std::size_t exact = csv.find(name);
    if (exact < csv.names().size()) {
      add(exact);
      continue;
    }
    const std::size_t before = columns.size();
    if (name.ends_with('*')) {
      const std::string_view start = std::string_view(name).substr(0, name.size() - 1);
      for (std::size_t column = 0; column < csv.names().size(); ++column)
        if (csv.names()[column].starts_with(start)) add(column);
    }
    if (columns.size() == before) unknown_column(csv, name, role);
  }
  return columns;
}

std::optional<double> number_in(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.starts_with('+')) cell.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size()) return {};
  return value;
}

std::vector<double> number_column(const CsvTable& csv, std::size_t column, std::string_view role) {
  std::vector<double> numbers;
  bool any = false;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const std::string_view cell = csv.column(column)[row];
    const std::optional<double> number = number_in(cell);
    if (!number && !is_missing(cell)) {
      throw InputError(fmt::format("{}: \"{}\" in the column \"{}\" is no number; {} needs a column of numbers",
                                   place(csv, row), cell, csv.names()[column], role));
    }
    const bool known = number && std::isfinite(*number);
    any = any || known;
    numbers.push_back(known ? *number : std::numeric_limits<double>::quiet_NaN());
  }
  if (!any)
    throw InputError(
        fmt::format("{}: the column \"{}\" of {} holds no number", role, csv.names()[column], csv.path().string()));
  return numbers;
}

InputColumn input_column(const CsvTable& csv, std::size_t column, InputOrder order) {
  const std::vector<std::string_view>& cells = csv.column(column);
  InputColumn input{csv.names()[column], order == InputOrder::kAsMet, {}, {}};
  std::unordered_map<std::string_view, std::size_t> met;  // cell -> category as met
  std::vector<std::string_view> names;
  for (const std::string_view raw : cells) {
    const std::string_view cell = trimmed(raw);
    const auto [found, is_new] = met.try_emplace(cell, names.size());
    if (is_new) names.push_back(cell);
    input.codes.push_back(found->second);
  }
  bool numbers = true;
  for (const std::string_view name : names) {
    const std::optional<double> number = number_in(name);
    numbers = numbers && number && std::isfinite(*number);
  }
  if (order == InputOrder::kAsMet) {
    input.categories.assign(names.begin(), names.end());
    return input;
  }
  // 16 and 16.0 are one value, named as it was met first.
  std::vector<std::size_t> category_of(names.size());
  const auto sort_by = [&](const auto& key_of) {
    std::map<std::decay_t<decltype(key_of(names.front()))>, std::vector<std::size_t>> sorted;
    for (std::size_t i = 0; i < names.size(); ++i) sorted[key_of(names[i])].push_back(i);
    for (const auto& [key, same] : sorted) {
      for (const std::size_t i : same) category_of[i] = input.categories.size();
      input.categories.emplace_back(names[same.front()]);
    }
  };
  if (numbers)
    sort_by([](std::string_view name) { return *number_in(name); });
  else
    sort_by([](std::string_view name) { return std::string(name); });
  input.ordered = numbers && order == InputOrder::kByContent;
  for (std::size_t& code : input.codes) code = category_of[code];
  return input;
}

Configuration row_in_space(const CsvTable& csv, std::size_t row, const SearchSpace& space) {
  Configuration configuration = below(csv, row, space, "");
  try {
    space.validate(configuration);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", place(csv, row), error.what()));
  }
  return configuration;
}

}  // namespace nascent
