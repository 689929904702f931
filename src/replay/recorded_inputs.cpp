#include "replay/recorded_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

#include "nascent/core/error.h"
#include "replay/recorded_columns.h"

namespace nascent {
namespace {

constexpr double kLeastShareRecorded = 0.1;

bool contains(const std::vector<std::size_t>& columns, std::size_t column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

void add_parameter(RecordedInputs& read, const InputColumn& input) {
  const std::vector<Choice> choices(input.categories.begin(), input.categories.end());
  if (input.ordered)
    read.space.add_ordered(input.name, choices);
  else
    read.space.add_categorical(input.name, choices);
  for (std::size_t row = 0; row < read.rows.size(); ++row)
    read.rows[row].set(input.name, ChoiceValue{input.categories[input.codes[row]], {}});
}

RecordedInputs read_columns(const CsvTable& csv, const RecordedTableOptions& options) {
  const std::vector<std::size_t> inputs = find_columns(csv, options.inputs, "--inputs");
  const std::vector<std::size_t> categorical = find_columns(csv, options.categorical, "--categorical");
  const std::vector<std::size_t> ordered = find_columns(csv, options.ordered, "--ordered");
  RecordedInputs read;
  read.rows.resize(csv.rows());
  std::vector<std::string> constant;
  for (const std::size_t column : inputs) {
    const InputOrder order = contains(ordered, column)       ? InputOrder::kAsMet
                             : contains(categorical, column) ? InputOrder::kNone
                                                             : InputOrder::kByContent;
    const InputColumn input = input_column(csv, column, order);
    if (input.categories.size() < 2)
      constant.push_back(input.name);
    else
      add_parameter(read, input);
  }
  if (read.space.empty())
    throw InputError(
        fmt::format("{}: each of its inputs has one value only, so there is nothing to search; name "
                    "columns that vary with --inputs",
                    options.path.string()));
  if (!constant.empty())
    read.notes.push_back(fmt::format("left out, having one value only: {}", fmt::join(constant, ", ")));
  return read;
}

RecordedInputs read_by_space(const CsvTable& csv, const RecordedTableOptions& options) {
  RecordedInputs read{*options.space, {}, {}};
  if (!read.space.size())
    throw InputError(
        "--space: it has infinitely many points, and a table has not; give its floats a step or make them categories");
  for (std::size_t row = 0; row < csv.rows(); ++row) read.rows.push_back(row_in_space(csv, row, read.space));
  return read;
}

RecordedInputs read_names_of_curves(const CsvTable& csv, const RecordedTableOptions& options) {
  RecordedInputs read;
  read.rows.resize(csv.rows());
  const std::size_t column = find_columns(csv, {options.curve}, "--curve").front();
  const InputColumn input = input_column(csv, column, InputOrder::kNone);
  if (input.categories.size() < 2)
    throw InputError(fmt::format("--curve: the column \"{}\" names one curve only, so there is nothing to search",
                                 csv.names()[column]));
  add_parameter(read, input);
  return read;
}

/// The list of the configurations, numbered as they are met.
RecordedInputs as_list(const RecordedInputs& grid, const std::vector<std::size_t>& numbers, std::size_t count) {
  RecordedInputs list;
  InputColumn curve{"curve", false, {}, numbers};
  for (std::size_t i = 1; i <= count; ++i) curve.categories.push_back(std::to_string(i));
  list.rows.resize(grid.rows.size());
  add_parameter(list, curve);
  list.notes = grid.notes;
  list.notes.push_back(
      fmt::format("the {} configurations are no grid: the space is the list of them, in which none says anything about "
                  "another",
                  count));
  return list;
}

}  // namespace

RecordedInputs read_inputs(const CsvTable& csv, const RecordedTableOptions& options) {
  if (!options.curve.empty()) return read_names_of_curves(csv, options);
  if (!options.space && options.inputs.empty())
    throw InputError("--inputs: name the columns that are searched, or give --space");
  RecordedInputs read = options.space ? read_by_space(csv, options) : read_columns(csv, options);
  std::unordered_map<std::uint64_t, std::size_t> met;
  std::vector<std::size_t> numbers;
  for (const Configuration& row : read.rows)
    numbers.push_back(met.try_emplace(read.space.key(row), met.size()).first->second);
  const std::optional<std::uint64_t> combinations = read.space.size();
  const bool sparse =
      !combinations || static_cast<double>(met.size()) < kLeastShareRecorded * static_cast<double>(*combinations);
  if (!sparse || !read.space.constraints().empty()) return read;
  if (options.has_fidelity() && !options.space && met.size() > 1) return as_list(read, numbers, met.size());
  throw InputError(fmt::format(
      "{}: it records {} of the {} combinations of its inputs; to be replayed, a table must "
      "record at least a tenth of them",
      options.path.string(), met.size(), combinations ? std::to_string(*combinations) : std::string("more than 2^62")));
}

}  // namespace nascent
