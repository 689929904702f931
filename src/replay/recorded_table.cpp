#include "nascent/replay/recorded_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nascent/core/error.h"
#include "replay/recorded_columns.h"

namespace nascent {
namespace {

constexpr double kLeastShareRecorded = 0.1;

/// The categories of all rows, as configurations of the space that they make.
struct ReadInputs {
  SearchSpace space;
  std::vector<Configuration> rows;
  std::vector<std::string> constant;
};

bool contains(const std::vector<std::size_t>& columns, std::size_t column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

ReadInputs read_inputs(const CsvTable& csv, const RecordedTableOptions& options) {
  if (options.inputs.empty()) throw InputError("--inputs: name the columns that are searched, or give --space");
  const std::vector<std::size_t> inputs = find_columns(csv, options.inputs, "--inputs");
  const std::vector<std::size_t> categorical = find_columns(csv, options.categorical, "--categorical");
  const std::vector<std::size_t> ordered = find_columns(csv, options.ordered, "--ordered");
  ReadInputs read;
  read.rows.resize(csv.rows());
  for (const std::size_t column : inputs) {
    const InputOrder order = contains(ordered, column)       ? InputOrder::kAsMet
                             : contains(categorical, column) ? InputOrder::kNone
                                                             : InputOrder::kByContent;
    const InputColumn input = input_column(csv, column, order);
    if (input.categories.size() < 2) {
      read.constant.push_back(input.name);
      continue;
    }
    const std::vector<Choice> choices(input.categories.begin(), input.categories.end());
    if (input.ordered)
      read.space.add_ordered(input.name, choices);
    else
      read.space.add_categorical(input.name, choices);
    for (std::size_t row = 0; row < csv.rows(); ++row)
      read.rows[row].set(input.name, ChoiceValue{input.categories[input.codes[row]], {}});
  }
  if (read.space.empty())
    throw InputError(
        fmt::format("{}: each of its inputs has one value only, so there is nothing to search; name "
                    "columns that vary with --inputs",
                    options.path.string()));
  return read;
}

ReadInputs read_by_space(const CsvTable& csv, const RecordedTableOptions& options) {
  ReadInputs read{*options.space, {}, {}};
  if (!read.space.size())
    throw InputError(
        "--space: it has infinitely many points, and a table has not; give its floats a step or make them categories");
  for (std::size_t row = 0; row < csv.rows(); ++row) read.rows.push_back(row_in_space(csv, row, read.space));
  return read;
}

RecordedRange range_of(std::vector<double> values, bool maximize) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  std::sort(values.begin(), values.end());
  if (maximize) std::reverse(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

}  // namespace

RecordedTable::RecordedTable(const RecordedTableOptions& options) : maximize_(options.maximize) {
  const CsvTable csv = read_csv(options.path);
  if (options.objectives.empty()) throw InputError("--objective: name the column that is optimised");
  const std::vector<std::size_t> objectives = find_columns(csv, options.objectives, "--objective");
  ReadInputs inputs = options.space ? read_by_space(csv, options) : read_inputs(csv, options);
  for (const std::size_t column : objectives)
    if (inputs.space.find(csv.names()[column]) != nullptr)
      throw InputError(fmt::format("--objective: \"{}\" is one of the inputs too; leave it out of one of them",
                                   csv.names()[column]));
  space_ = std::move(inputs.space);
  configurations_ = std::move(inputs.rows);
  constant_ = std::move(inputs.constant);

  rows_.resize(csv.rows());
  for (const std::size_t column : objectives) {
    const std::vector<double> numbers = number_column(csv, column, "--objective");
    objectives_.push_back(csv.names()[column]);
    for (std::size_t row = 0; row < csv.rows(); ++row) rows_[row].values.push_back(numbers[row]);
  }
  for (RecordedPoint& row : rows_) {
    for (const double value : row.values) row.mean += value / static_cast<double>(row.values.size());
    row.measure = row.mean;
    row.rows = 1;
  }
  if (!options.regret.empty()) {
    const std::vector<double> numbers =
        number_column(csv, find_columns(csv, {options.regret}, "--regret").front(), "--regret");
    for (std::size_t row = 0; row < csv.rows(); ++row) rows_[row].measure = numbers[row];
  }
  if (!options.cost.empty()) {
    const std::vector<double> numbers =
        number_column(csv, find_columns(csv, {options.cost}, "--cost").front(), "--cost");
    for (std::size_t row = 0; row < csv.rows(); ++row)
      rows_[row].cost_seconds = std::isfinite(numbers[row]) ? std::max(0.0, numbers[row]) : 0.0;
  }
  join_rows();
  const double share = static_cast<double>(points_.size()) / static_cast<double>(space_.size().value_or(1));
  if (share < kLeastShareRecorded && space_.constraints().empty())
    throw InputError(
        fmt::format("{}: it records {} of the {} combinations of its inputs; to be replayed, a table must "
                    "record at least a tenth of them",
                    options.path.string(), points_.size(), *space_.size()));
}

void RecordedTable::set_traits(const SpaceTraits& traits) {
  space_.set_traits(traits);
  join_rows();
}

void RecordedTable::join_rows() {
  points_.clear();
  index_.clear();
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    const auto [found, is_new] = index_.try_emplace(space_.key(configurations_[row]), points_.size());
    if (is_new) {
      points_.push_back(rows_[row]);
      continue;
    }
    RecordedPoint& point = points_[found->second];
    const RecordedPoint& other = rows_[row];
    const double weight = 1.0 / static_cast<double>(++point.rows);
    const auto join = [weight](double& mean, double value) { mean += (value - mean) * weight; };
    for (std::size_t i = 0; i < point.values.size(); ++i) join(point.values[i], other.values[i]);
    join(point.mean, other.mean);
    join(point.measure, other.measure);
    join(point.cost_seconds, other.cost_seconds);
  }
  std::vector<double> means;
  std::vector<double> measures;
  for (const RecordedPoint& point : points_) {
    if (!std::isfinite(point.mean)) continue;
    means.push_back(point.mean);
    measures.push_back(point.measure);
  }
  const auto finite = [](const std::vector<double>& values) {
    return std::any_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
  };
  if (!finite(means)) throw InputError("--objective: no row holds a number in all of its columns");
  if (!finite(measures)) throw InputError("--regret: no row with an objective holds a number in this column");
  objective_ = range_of(means, maximize_);
  measure_ = range_of(measures, maximize_);
}

const RecordedPoint* RecordedTable::find(const Configuration& configuration) const {
  const auto found = index_.find(space_.key(configuration));
  return found == index_.end() ? nullptr : &points_[found->second];
}

std::vector<std::string> RecordedTable::notes() const {
  std::vector<std::string> notes;
  if (!constant_.empty())
    notes.push_back(fmt::format("left out, having one value only: {}", fmt::join(constant_, ", ")));
  if (points_.size() < rows_.size())
    notes.push_back(fmt::format("{} rows are {} different points; the numbers of equal ones are averaged", rows_.size(),
                                points_.size()));
  const std::uint64_t combinations = space_.size().value_or(0);
  if (!space_.traits().key && space_.constraints().empty() && points_.size() < combinations)
    notes.push_back(fmt::format("{} of {} combinations are not in the table; a trial of one fails",
                                combinations - points_.size(), combinations));
  return notes;
}

}  // namespace nascent
