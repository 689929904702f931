#include "replay/recorded_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nascent/core/error.h"
#include "replay/recorded_columns.h"

namespace nascent {
namespace {

std::vector<double> one_column(const CsvTable& csv, const std::string& name, std::string_view role) {
  return number_column(csv, find_columns(csv, {name}, role).front(), role);
}

/// "12:accuracy_12:seconds_12" of --fidelity-columns.
struct FidelityColumns {
  double fidelity;
  std::string objective;
  std::string elapsed;
};

FidelityColumns parse_columns(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  const std::optional<double> fidelity = number_in(parts.front());
  if (parts.size() < 2 || parts.size() > 3 || parts[1].empty() || !fidelity || !(*fidelity > 0.0))
    throw InputError(fmt::format(
        "--fidelity-columns: \"{}\" cannot be read; write fidelity:column or fidelity:column:seconds, as in "
        "12:accuracy_12:seconds_12,200:accuracy:seconds",
        text));
  return {*fidelity, parts[1], parts.size() == 3 ? parts[2] : ""};
}

/// The seconds of each row of the file; those of one epoch, or since the start of the training.
std::vector<double> seconds_of(const CsvTable& csv, const RecordedTableOptions& options, const std::string& elapsed) {
  if (!elapsed.empty()) return one_column(csv, elapsed, "--elapsed");
  if (!options.epoch_seconds.empty()) return one_column(csv, options.epoch_seconds, "--epoch-seconds");
  if (!options.cost.empty()) {
    std::vector<double> cost = one_column(csv, options.cost, "--cost");
    for (double& seconds : cost) seconds = std::isfinite(seconds) ? std::max(0.0, seconds) : 0.0;
    return cost;
  }
  return std::vector<double>(csv.rows(), 1.0);
}

RecordedRows rows_of_columns(const CsvTable& csv, const RecordedTableOptions& options) {
  std::vector<FidelityColumns> all;
  for (const std::string& text : options.fidelity_columns) all.push_back(parse_columns(text));
  std::ranges::stable_sort(all, {}, &FidelityColumns::fidelity);
  for (std::size_t i = 1; i < all.size(); ++i)
    if (all[i].fidelity == all[i - 1].fidelity)
      throw InputError(fmt::format("--fidelity-columns: the fidelity {} is named twice", all[i].fidelity));
  for (const FidelityColumns& one : all)
    if (one.elapsed.empty() != all.front().elapsed.empty() || (!one.elapsed.empty() && !options.epoch_seconds.empty()))
      throw InputError("--fidelity-columns: name the seconds of each of them, or of none, or give --epoch-seconds");
  RecordedRows read{{all.back().objective}, {}};
  for (const FidelityColumns& one : all) {
    const std::vector<double> values = one_column(csv, one.objective, "--fidelity-columns");
    const std::vector<double> seconds = seconds_of(csv, options, one.elapsed);
    for (std::size_t row = 0; row < csv.rows(); ++row)
      read.rows.push_back({.row = row, .fidelity = one.fidelity, .seconds = seconds[row], .values = {values[row]}});
  }
  return read;
}

RecordedRows rows_of_lines(const CsvTable& csv, const RecordedTableOptions& options) {
  RecordedRows read;
  if (options.objectives.empty()) throw InputError("--objective: name the column that is optimised");
  const std::vector<double> seconds = seconds_of(csv, options, options.elapsed);
  for (std::size_t row = 0; row < csv.rows(); ++row) read.rows.push_back({.row = row, .seconds = seconds[row]});
  for (const std::size_t column : find_columns(csv, options.objectives, "--objective")) {
    const std::vector<double> numbers = number_column(csv, column, "--objective");
    read.objectives.push_back(csv.names()[column]);
    for (std::size_t row = 0; row < csv.rows(); ++row) read.rows[row].values.push_back(numbers[row]);
  }
  if (options.fidelity.empty()) return read;
  const std::vector<double> fidelity = one_column(csv, options.fidelity, "--fidelity");
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    if (!(fidelity[row] > 0.0))
      throw InputError(
          fmt::format("{}, line {}: the fidelity \"{}\" is missing or not above 0; correct or remove the line",
                      csv.path().string(), csv.line(row), options.fidelity));
    read.rows[row].fidelity = fidelity[row];
  }
  return read;
}

void check_together(const RecordedTableOptions& options) {
  if (!options.fidelity.empty() && !options.fidelity_columns.empty())
    throw InputError("--fidelity and --fidelity-columns exclude each other; give one of them");
  if (!options.fidelity_columns.empty() && !options.objectives.empty())
    throw InputError("--objective: --fidelity-columns names the objective at each fidelity; leave --objective out");
  if (!options.fidelity_columns.empty() && !options.elapsed.empty())
    throw InputError(
        "--elapsed: write the columns of seconds into --fidelity-columns, as in 12:accuracy_12:seconds_12, or give "
        "--epoch-seconds");
  if (!options.elapsed.empty() && !options.epoch_seconds.empty())
    throw InputError("--elapsed and --epoch-seconds exclude each other; give one of them");
  if (!options.curve.empty() && (!options.inputs.empty() || options.space))
    throw InputError("--curve: the curves are what is searched; leave --inputs and --space out, or --curve");
  if (options.has_fidelity()) {
    if (!options.cost.empty())
      throw InputError("--cost: learning curves have --elapsed or --epoch-seconds instead; give one of them");
    return;
  }
  for (const auto& [name, value] : {std::pair{"--elapsed", options.elapsed},
                                    {"--epoch-seconds", options.epoch_seconds},
                                    {"--curve", options.curve}})
    if (!value.empty()) throw InputError(fmt::format("{} needs --fidelity, the column with the epochs", name));
  if (options.separate) throw InputError("--separate needs --fidelity or --fidelity-columns");
}

}  // namespace

RecordedRows read_rows(const CsvTable& csv, const RecordedTableOptions& options) {
  check_together(options);
  RecordedRows read = options.fidelity_columns.empty() ? rows_of_lines(csv, options) : rows_of_columns(csv, options);
  if (options.regret.empty()) {
    for (RecordedRow& row : read.rows) {
      row.measure = 0.0;
      for (const double value : row.values) row.measure += value / static_cast<double>(row.values.size());
    }
    return read;
  }
  const std::vector<double> numbers = one_column(csv, options.regret, "--regret");
  for (RecordedRow& row : read.rows) row.measure = numbers[row.row];
  return read;
}

}  // namespace nascent
