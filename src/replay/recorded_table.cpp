#include "nascent/replay/recorded_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "nascent/core/error.h"
#include "replay/recorded_inputs.h"
#include "replay/recorded_rows.h"

namespace nascent {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

RecordedRange range_of(std::vector<double> values, bool maximize) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  std::sort(values.begin(), values.end());
  if (maximize) std::reverse(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

double mean_of(const std::vector<double>& values) {
  double mean = 0.0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  return mean;
}

/// The `count`-th row of the same point and fidelity.
void join(RecordedRow& mean, const RecordedRow& row, std::size_t count) {
  const double weight = 1.0 / static_cast<double>(count);
  const auto add = [weight](double& to, double value) { to += (value - to) * weight; };
  for (std::size_t i = 0; i < mean.values.size(); ++i) add(mean.values[i], row.values[i]);
  add(mean.measure, row.measure);
  add(mean.seconds, row.seconds);
}

}  // namespace

RecordedTable::RecordedTable(const RecordedTableOptions& options)
    : maximize_(options.maximize), separate_(options.separate), each_epoch_(options.elapsed.empty()) {
  const CsvTable csv = read_csv(options.path);
  RecordedRows read = read_rows(csv, options);
  RecordedInputs inputs = read_inputs(csv, options);
  for (const std::string& column : read.objectives)
    if (inputs.space.find(column) != nullptr)
      throw InputError(
          fmt::format("--objective: \"{}\" is one of the inputs too; leave it out of one of them", column));
  for (const std::string* column : {&options.fidelity, &options.elapsed, &options.epoch_seconds})
    if (!column->empty() && inputs.space.find(*column) != nullptr)
      throw InputError(fmt::format("--inputs: \"{}\" runs along the curves; leave it out of the inputs", *column));
  for (const std::string& text : options.fidelity_columns)
    if (std::ranges::count(text, ':') == 2) each_epoch_ = false;
  if (options.has_fidelity()) axis_ = options.fidelity.empty() ? "epochs" : options.fidelity;
  space_ = std::move(inputs.space);
  objectives_ = std::move(read.objectives);
  notes_of_inputs_ = std::move(inputs.notes);
  configurations_ = std::move(inputs.rows);
  rows_ = std::move(read.rows);
  join_rows();
}

void RecordedTable::set_traits(const SpaceTraits& traits) {
  space_.set_traits(traits);
  join_rows();
}

void RecordedTable::join_rows() {
  points_.clear();
  index_.clear();
  std::vector<std::size_t> point_of;  // of the rows of the file
  for (const Configuration& configuration : configurations_) {
    const auto [found, is_new] = index_.try_emplace(space_.key(configuration), points_.size());
    if (is_new) points_.emplace_back();
    point_of.push_back(found->second);
  }
  std::set<double> fidelities;
  for (const RecordedRow& row : rows_)
    if (std::isfinite(mean_of(row.values))) fidelities.insert(row.fidelity);
  if (fidelities.empty()) throw InputError("--objective: no row holds a number in all of its columns");
  fidelities_.assign(fidelities.begin(), fidelities.end());
  std::vector<std::size_t> order(rows_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto place = [&](std::size_t i) { return std::pair(point_of[rows_[i].row], rows_[i].fidelity); };
  std::ranges::stable_sort(order, {}, place);
  different_ = gaps_ = without_seconds_ = 0;
  for (auto next = order.begin(); next != order.end();) {
    RecordedPoint& point = points_[place(*next).first];
    std::vector<RecordedRow> joined;
    for (std::size_t same = 0; next != order.end() && &points_[place(*next).first] == &point; ++next) {
      const RecordedRow& row = rows_[*next];
      ++point.rows;
      if (joined.empty() || joined.back().fidelity != row.fidelity) {
        joined.push_back(row);
        same = 1;
      } else {
        join(joined.back(), row, ++same);
      }
    }
    different_ += joined.size();
    add_curve(point, std::move(joined));
  }
  find_ranges();
}

/// Makes the curve of a point from what was recorded of it, by fidelity.
void RecordedTable::add_curve(RecordedPoint& point, std::vector<RecordedRow>&& joined) {
  without_seconds_ += std::erase_if(joined, [](const RecordedRow& row) { return !std::isfinite(row.seconds); });
  point.mean = point.measure = kUnknown;
  point.cost_seconds = 0.0;
  std::size_t waiting = 0;  // without a value, since the last step
  double seconds = 0.0;
  double fidelity = 0.0;
  for (RecordedRow& row : joined) {
    const double before = seconds;
    // Without curves the one row holds the seconds of the evaluation.
    seconds = each_epoch_ && !axis_.empty() ? seconds + (row.fidelity - fidelity) * row.seconds : row.seconds;
    fidelity = row.fidelity;
    if (seconds < before) {
      const std::string place = configurations_[row.row].to_json().dump();
      throw InputError(fmt::format(
          "the seconds fall from {:g} to {:g} at {} {:g} of {}; --elapsed needs the seconds since the start of "
          "the training, --epoch-seconds those of each epoch",
          before, seconds, axis_, row.fidelity, place.substr(0, 120)));
    }
    const double mean = mean_of(row.values);
    if (!std::isfinite(mean)) {
      if (waiting++ == 0) point.cost_seconds = seconds;
      continue;
    }
    gaps_ += waiting;
    waiting = 0;
    point.cost_seconds = seconds;
    if (row.fidelity == fidelities_.back()) {
      point.mean = mean;
      point.measure = row.measure;
    }
    point.steps.push_back({row.fidelity, seconds, std::move(row.values), mean});
  }
}

void RecordedTable::find_ranges() {
  std::vector<double> means;
  std::vector<double> measures;
  for (const RecordedPoint& point : points_) {
    if (!std::isfinite(point.mean)) continue;
    means.push_back(point.mean);
    measures.push_back(point.measure);
  }
  if (means.empty()) throw InputError("--objective: no curve reaches the highest fidelity with a value");
  if (std::ranges::none_of(measures, [](double value) { return std::isfinite(value); }))
    throw InputError("--regret: no row with an objective holds a number in this column");
  objective_ = range_of(means, maximize_);
  measure_ = range_of(measures, maximize_);
}

const RecordedPoint* RecordedTable::find(const Configuration& configuration) const {
  const auto found = index_.find(space_.key(configuration));
  return found == index_.end() ? nullptr : &points_[found->second];
}

double RecordedTable::mean_cost_seconds() const {
  double sum = 0.0;
  for (const RecordedPoint& point : points_) sum += point.cost_seconds;
  return sum / static_cast<double>(points_.size());
}

std::vector<std::string> RecordedTable::notes() const {
  std::vector<std::string> notes = notes_of_inputs_;
  if (different_ < rows_.size())
    notes.push_back(fmt::format("{} rows are {} different {}; the numbers of equal ones are averaged", rows_.size(),
                                different_, axis_.empty() ? "points" : "steps of curves"));
  if (without_seconds_ > 0)
    notes.push_back(fmt::format("{} steps of curves have no seconds and are left out", without_seconds_));
  if (gaps_ > 0)
    notes.push_back(fmt::format("{} steps within the curves have no value; there is no report there", gaps_));
  std::size_t incomplete = 0;
  for (const RecordedPoint& point : points_) incomplete += std::isfinite(point.mean) ? 0 : 1;
  if (incomplete > 0 && !axis_.empty())
    notes.push_back(fmt::format("{} of {} curves end before {} {:g}; a trial that goes on from there fails", incomplete,
                                points_.size(), axis_, fidelities_.back()));
  const std::uint64_t combinations = space_.size().value_or(0);
  if (!space_.traits().key && space_.constraints().empty() && points_.size() < combinations)
    notes.push_back(fmt::format("{} of {} combinations are not in the table; a trial of one fails",
                                combinations - points_.size(), combinations));
  return notes;
}

}  // namespace nascent
