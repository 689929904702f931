#include "nascent/replay/estimation_summary.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "replay/estimate_json.h"

namespace nascent {
namespace {

std::vector<double> of_each(std::span<const ReplayedRun> runs, const std::function<double(const ReplayedRun&)>& value) {
  std::vector<double> sample;
  for (const ReplayedRun& run : runs) sample.push_back(value(run));
  return sample;
}

double regret_at(const RecordedTable& table, const ReplayedRun& run, double seconds) {
  const auto after = std::ranges::upper_bound(run.seconds, seconds);
  const auto ended = after - run.seconds.begin();
  const double measure = ended == 0 ? table.measure().worst : run.measure[static_cast<std::size_t>(ended) - 1];
  return std::fabs(measure - table.measure().best);
}

}  // namespace

EstimationSummary summarize_estimation(const RecordedTable& table, std::span<const ReplayedRun> runs, double horizon) {
  const auto mean = [&](const std::function<double(const ReplayedRun&)>& value) {
    return mean_estimate(of_each(runs, value));
  };
  const auto regrets = [&](double seconds) {
    return of_each(runs, [&](const ReplayedRun& run) { return regret_at(table, run, seconds); });
  };
  EstimationSummary summary{.runs = runs.size()};
  summary.cost_share =
      mean([](const ReplayedRun& run) { return run.full_seconds > 0.0 ? run.busy_seconds / run.full_seconds : 0.0; });
  const std::vector<double> last = regrets(std::numeric_limits<double>::infinity());
  summary.mean_regret = mean_estimate(last);
  summary.median_regret = median_estimate(last);
  summary.mean_loss = mean([&](const ReplayedRun& run) {
    const double pick = run.measure.empty() ? table.measure().worst : run.measure.back();
    const double best = std::isfinite(run.best_started) ? run.best_started : table.measure().worst;
    return std::fabs(pick - best);
  });
  for (const double share : {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0}) {
    const std::vector<double> then = regrets(share * horizon);
    summary.moments.push_back({share * horizon, mean_estimate(then), median_estimate(then)});
  }
  summary.end_seconds = mean([](const ReplayedRun& run) { return run.end_seconds; });
  summary.idle_share = mean([](const ReplayedRun& run) { return run.idle_share; });
  const auto reached =
      std::ranges::count_if(runs, [](const ReplayedRun& run) { return run.reached_seconds.has_value(); });
  summary.reached = share_estimate(static_cast<std::size_t>(reached), runs.size());
  summary.seconds_to_regret = median_estimate(of_each(runs, [](const ReplayedRun& run) {
    return run.reached_seconds.value_or(std::numeric_limits<double>::infinity());
  }));
  const auto mean_count = [&](std::int64_t ReplayedRun::*count) {
    std::int64_t sum = 0;
    for (const ReplayedRun& run : runs) sum += run.*count;
    return static_cast<double>(sum) / static_cast<double>(runs.size());
  };
  summary.configurations = mean_count(&ReplayedRun::configurations);
  summary.stopped = mean_count(&ReplayedRun::stopped);
  summary.paused = mean_count(&ReplayedRun::paused);
  summary.promoted = mean_count(&ReplayedRun::promoted);
  summary.failed = mean_count(&ReplayedRun::failed);
  double trials = 0.0;
  double decisions = 0.0;
  for (const ReplayedRun& run : runs) {
    summary.seconds_per_decision += run.scheduler_seconds;
    summary.seconds_per_suggestion += run.strategy_seconds;
    decisions += static_cast<double>(run.decisions);
    trials += static_cast<double>(run.best.size());
  }
  summary.seconds_per_decision /= std::max(1.0, decisions);
  summary.seconds_per_suggestion /= std::max(1.0, trials);
  return summary;
}

OrderedJson to_json(const EstimationSummary& s) {
  OrderedJson json{{"runs", s.runs},
                   {"cost_share", estimate_json(s.cost_share)},
                   {"mean_regret", estimate_json(s.mean_regret)},
                   {"median_regret", estimate_json(s.median_regret)},
                   {"mean_loss", estimate_json(s.mean_loss)},
                   {"end_seconds", estimate_json(s.end_seconds)},
                   {"idle_share", estimate_json(s.idle_share)},
                   {"reached", estimate_json(s.reached)},
                   {"seconds_to_regret", estimate_json(s.seconds_to_regret)},
                   {"configurations", s.configurations},
                   {"stopped", s.stopped},
                   {"paused", s.paused},
                   {"promoted", s.promoted},
                   {"failed", s.failed},
                   {"seconds_per_decision", s.seconds_per_decision},
                   {"seconds_per_suggestion", s.seconds_per_suggestion},
                   {"moments", OrderedJson::array()}};
  for (const Moment& moment : s.moments)
    json["moments"].push_back({{"seconds", moment.seconds},
                               {"mean_regret", estimate_json(moment.mean_regret)},
                               {"median_regret", estimate_json(moment.median_regret)}});
  return json;
}

}  // namespace nascent
