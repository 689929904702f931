#include "benchmark_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "benchmark_cells.h"
#include "nascent/core/quantity.h"

namespace nascent::app {
namespace {

std::string by_trials(const std::string& title, const std::vector<BenchmarkRow>& rows,
                      const std::function<std::string(const Milestone&)>& cell) {
  std::vector<Cells> lines{{"after trials"}};
  for (const Milestone& milestone : rows.front().summary.milestones)
    lines.front().push_back(std::to_string(milestone.trials));
  for (const BenchmarkRow& row : rows) {
    Cells line{row.strategy};
    for (const Milestone& milestone : row.summary.milestones) line.push_back(cell(milestone));
    lines.push_back(std::move(line));
  }
  return title + "\n" + aligned(lines) + "\n";
}

/// Numbers of trials; "> 300" where the runs were too short.
std::string trials_text(const Estimate& trials, std::int64_t most) {
  const auto text = [most](double count) {
    return std::isfinite(count) ? fmt::format("{:g}", count) : fmt::format("> {}", most);
  };
  return fmt::format("{} [{}, {}]", text(trials.value), text(trials.low), text(trials.high));
}

std::string optimum_table(const std::vector<BenchmarkRow>& rows, bool with_cost) {
  bool any_failed = false;
  for (const BenchmarkRow& row : rows) any_failed = any_failed || row.summary.failed > 0.0;
  std::vector<Cells> lines{{"", "median trials", "found in % of runs", "per suggestion"}};
  if (with_cost) lines.front().emplace_back("simulated time of a run");
  if (any_failed) lines.front().emplace_back("failed trials %");
  for (const BenchmarkRow& row : rows) {
    const ReplaySummary& s = row.summary;
    Cells line{row.strategy, trials_text(s.trials_to_optimum, s.milestones.back().trials),
               fmt::format("{} [{}, {}]", percent(s.found.value), percent(s.found.low), percent(s.found.high)),
               duration(s.seconds_per_suggestion)};
    if (with_cost) line.push_back(format_duration(s.milestones.back().mean_seconds));
    if (any_failed) line.push_back(percent(s.failed));
    lines.push_back(std::move(line));
  }
  return "Trials until the best point of the table was evaluated; processor time of the strategy\n" + aligned(lines);
}

}  // namespace

std::string benchmark_tables(const RecordedTable& table, const std::vector<BenchmarkRow>& rows, bool with_cost) {
  if (rows.empty()) return "";
  const std::string share = fmt::format(
      "Mean regret as a share of the distance from the best to the median of the table ({:.6g} to {:.6g}), in %",
      table.measure().best, table.measure().median);
  return by_trials("Mean best value", rows, [](const Milestone& m) { return with_half_width(m.mean_best, 6); }) +
         by_trials("Median best value", rows, [](const Milestone& m) { return with_interval(m.median_best, 6); }) +
         by_trials("Mean regret", rows, [](const Milestone& m) { return with_half_width(m.mean_regret, 4); }) +
         by_trials("Median regret", rows, [](const Milestone& m) { return with_interval(m.median_regret, 4); }) +
         by_trials(share, rows, [](const Milestone& m) { return number(100.0 * m.regret_to_median, 3); }) +
         optimum_table(rows, with_cost);
}

}  // namespace nascent::app
