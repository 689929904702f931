#include "benchmark_estimation_view.h"

#include <fmt/format.h>

#include <cmath>

#include "benchmark_cells.h"
#include "nascent/core/quantity.h"

namespace nascent::app {
namespace {

std::string share_with_half_width(const Estimate& share) {
  return fmt::format("{} +-{:.2g}", percent(share.value), 50.0 * (share.high - share.low));
}

/// "never" where half of the runs did not get there.
std::string time_text(const Estimate& seconds) {
  const auto text = [](double value) { return std::isfinite(value) ? format_duration(value) : std::string("never"); };
  return fmt::format("{} [{}, {}]", text(seconds.value), text(seconds.low), text(seconds.high));
}

std::string cost_and_regret(const std::vector<EstimationRow>& rows) {
  std::vector<Cells> lines{
      {"", "cost %", "mean regret", "median regret", "of the started", "simulated time", "idle %"}};
  for (const EstimationRow& row : rows) {
    const EstimationSummary& s = row.summary;
    lines.push_back({row.name, share_with_half_width(s.cost_share), with_half_width(s.mean_regret, 4),
                     with_interval(s.median_regret, 4), with_half_width(s.mean_loss, 4),
                     format_duration(s.end_seconds.value), share_with_half_width(s.idle_share)});
  }
  return "At the end: cost as a share of training all started configurations fully; regret of the pick, trained "
         "fully;\n"
         "  its mean distance from the best of those started\n" +
         aligned(lines) + "\n";
}

std::string over_time(const std::vector<EstimationRow>& rows) {
  std::vector<Cells> lines{{"simulated time"}};
  for (const Moment& moment : rows.front().summary.moments) lines.front().push_back(format_duration(moment.seconds));
  for (const EstimationRow& row : rows) {
    lines.push_back({row.name});
    for (const Moment& moment : row.summary.moments) lines.back().push_back(with_half_width(moment.mean_regret, 4));
  }
  return "Mean regret\n" + aligned(lines) + "\n";
}

std::string until_target(const std::vector<EstimationRow>& rows) {
  std::vector<Cells> lines{{"", "in % of runs", "median simulated time"}};
  for (const EstimationRow& row : rows) {
    const EstimationSummary& s = row.summary;
    lines.push_back(
        {row.name,
         fmt::format("{} [{}, {}]", percent(s.reached.value), percent(s.reached.low), percent(s.reached.high)),
         time_text(s.seconds_to_regret)});
  }
  return "The regret asked for was reached\n" + aligned(lines) + "\n";
}

std::string counts(const std::vector<EstimationRow>& rows) {
  std::vector<Cells> lines{
      {"", "started", "stopped", "paused", "promoted", "failed", "per decision", "per suggestion"}};
  const auto count = [](double mean) { return fmt::format("{:.1f}", mean); };
  for (const EstimationRow& row : rows) {
    const EstimationSummary& s = row.summary;
    lines.push_back({row.name, count(s.configurations), count(s.stopped), count(s.paused), count(s.promoted),
                     count(s.failed), duration(s.seconds_per_decision), duration(s.seconds_per_suggestion)});
  }
  return "Of a run: configurations started, what became of the trials, processor time\n" + aligned(lines);
}

}  // namespace

std::string estimation_tables(const std::vector<EstimationRow>& rows, bool with_target) {
  if (rows.empty()) return "";
  return cost_and_regret(rows) + over_time(rows) + (with_target ? until_target(rows) : "") + counts(rows);
}

}  // namespace nascent::app
