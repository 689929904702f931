#include "nascent/replay/replay_summary.h"

#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"
#include "replay/estimate_json.h"

namespace nascent {
namespace {

constexpr double kZ = 1.959963985;  // the 97.5 % quantile of the normal distribution

std::vector<std::int64_t> milestones_up_to(std::int64_t trials) {
  std::vector<std::int64_t> milestones;
  for (std::int64_t power = 10; power <= trials; power *= 10)
    for (const std::int64_t milestone : {power, 3 * power})
      if (milestone <= trials) milestones.push_back(milestone);
  if (milestones.empty() || milestones.back() != trials) milestones.push_back(trials);
  return milestones;
}

Milestone milestone_after(const RecordedTable& table, std::span<const ReplayedRun> runs, std::int64_t trials) {
  std::vector<double> best;
  std::vector<double> regret;
  std::vector<double> seconds;
  for (const ReplayedRun& run : runs) {
    if (run.best.empty()) continue;
    const std::size_t last = std::min<std::size_t>(run.best.size(), static_cast<std::size_t>(trials)) - 1;
    best.push_back(run.best[last]);
    regret.push_back(std::fabs(run.measure[last] - table.measure().best));
    seconds.push_back(run.seconds[last]);
  }
  Milestone milestone{.trials = trials};
  milestone.mean_best = mean_estimate(best);
  milestone.median_best = median_estimate(best);
  milestone.mean_regret = mean_estimate(regret);
  milestone.median_regret = median_estimate(regret);
  milestone.mean_seconds = mean_estimate(seconds).value;
  const auto share_of = [&](double end) {
    const double distance = std::fabs(end - table.measure().best);
    return distance > 0.0 ? milestone.mean_regret.value / distance : 0.0;
  };
  milestone.regret_to_worst = share_of(table.measure().worst);
  milestone.regret_to_median = share_of(table.measure().median);
  return milestone;
}

}  // namespace

OrderedJson finite_number(double value) { return std::isfinite(value) ? OrderedJson(value) : OrderedJson(); }

OrderedJson estimate_json(const Estimate& estimate) {
  return {{"value", finite_number(estimate.value)},
          {"low", finite_number(estimate.low)},
          {"high", finite_number(estimate.high)}};
}

Estimate mean_estimate(std::span<const double> sample) {
  if (sample.empty()) throw InternalError("an estimate needs a sample");
  const double count = static_cast<double>(sample.size());
  // From the first value on, so that the mean of equal values is that value.
  double mean = sample.front();
  for (const double value : sample) mean += (value - sample.front()) / count;
  if (sample.size() == 1) return {mean, mean, mean};
  double squares = 0.0;
  for (const double value : sample) squares += (value - mean) * (value - mean);
  const double half = kZ * std::sqrt(squares / (count - 1.0) / count);
  return {mean, mean - half, mean + half};
}

Estimate median_estimate(std::vector<double> sample) {
  if (sample.empty()) throw InternalError("an estimate needs a sample");
  std::sort(sample.begin(), sample.end());
  const std::size_t n = sample.size();
  const double count = static_cast<double>(n);
  const double low_middle = sample[(n - 1) / 2];
  const double high_middle = sample[n / 2];
  // Half of two infinite numbers is infinite, half of one of them too: no NaN can come of it.
  const double median = low_middle == high_middle ? low_middle : 0.5 * (low_middle + high_middle);
  // Ranks from 1 (Conover, Practical Nonparametric Statistics, 3.2).
  const double half = 0.5 * kZ * std::sqrt(count);
  const double low = std::clamp(std::floor(0.5 * count - half), 1.0, count);
  const double high = std::clamp(std::ceil(0.5 * count + half + 1.0), 1.0, count);
  return {median, sample[static_cast<std::size_t>(low) - 1], sample[static_cast<std::size_t>(high) - 1]};
}

Estimate share_estimate(std::size_t count, std::size_t total) {
  if (total == 0) throw InternalError("an estimate needs a sample");
  const double n = static_cast<double>(total);
  const double share = static_cast<double>(count) / n;
  const double z2 = kZ * kZ / n;
  const double middle = (share + 0.5 * z2) / (1.0 + z2);
  const double half = kZ / (1.0 + z2) * std::sqrt(share * (1.0 - share) / n + 0.25 * z2 / n);
  return {share, std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

ReplaySummary summarize(const RecordedTable& table, std::span<const ReplayedRun> runs, std::int64_t trials) {
  ReplaySummary summary{.runs = runs.size()};
  for (const std::int64_t milestone : milestones_up_to(trials))
    summary.milestones.push_back(milestone_after(table, runs, milestone));
  std::vector<double> found_at;
  std::size_t found = 0;
  double total_trials = 0.0;
  double failed = 0.0;
  double strategy_seconds = 0.0;
  for (const ReplayedRun& run : runs) {
    found += run.found_at ? 1 : 0;
    found_at.push_back(run.found_at ? static_cast<double>(*run.found_at) : std::numeric_limits<double>::infinity());
    total_trials += static_cast<double>(run.best.size());
    failed += static_cast<double>(run.failed);
    strategy_seconds += run.strategy_seconds;
  }
  summary.trials_to_optimum = median_estimate(std::move(found_at));
  summary.found = share_estimate(found, runs.size());
  summary.seconds_per_suggestion = strategy_seconds / std::max(1.0, total_trials);
  summary.failed = failed / std::max(1.0, total_trials);
  return summary;
}

OrderedJson to_json(const ReplaySummary& summary) {
  OrderedJson json{{"runs", summary.runs}, {"milestones", OrderedJson::array()}};
  for (const Milestone& m : summary.milestones) {
    json["milestones"].push_back({{"trials", m.trials},
                                  {"mean_best", estimate_json(m.mean_best)},
                                  {"median_best", estimate_json(m.median_best)},
                                  {"mean_regret", estimate_json(m.mean_regret)},
                                  {"median_regret", estimate_json(m.median_regret)},
                                  {"regret_to_worst", finite_number(m.regret_to_worst)},
                                  {"regret_to_median", finite_number(m.regret_to_median)},
                                  {"mean_seconds", finite_number(m.mean_seconds)}});
  }
  json["trials_to_optimum"] = estimate_json(summary.trials_to_optimum);
  json["found"] = estimate_json(summary.found);
  json["seconds_per_suggestion"] = summary.seconds_per_suggestion;
  json["failed"] = summary.failed;
  return json;
}

}  // namespace nascent
