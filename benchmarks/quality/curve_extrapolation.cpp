// How well the ends of recorded learning curves are predicted, and what the scheduler `curve` makes of it.
//
//   bench_curve_extrapolation FILE.csv [name=value ...]      one JSON line for each result
//
// The file has a row for each epoch of each curve, in order, and a curve begins where the epoch falls. Options: the
// names of its columns, epoch=epoch, value=validation_error, seconds=elapsed_seconds; maximize=0; orders=200;
// horizon=0 (all epochs); from=0, to=0 (the curves used; 0: all); scheduler=curve.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <map>
#include <numeric>

#include "nascent/core/error.h"
#include "nascent/core/json.h"
#include "nascent/core/random.h"
#include "nascent/data/csv.h"
#include "nascent/estimation/curve_extrapolation.h"
#include "nascent/estimation/curve_regret.h"
#include "nascent/estimation/scheduler_registry.h"

namespace {

using namespace nascent;

struct Recorded {
  LearningCurve curve;
  std::vector<double> seconds;  ///< elapsed
};

struct Options {
  std::map<std::string, std::string> texts{
      {"epoch", "epoch"}, {"value", "validation_error"}, {"seconds", "elapsed_seconds"}, {"scheduler", "curve"}};
  std::map<std::string, double> numbers{{"maximize", 0}, {"orders", 200}, {"horizon", 0}, {"from", 0}, {"to", 0}};
};

std::vector<Recorded> read_curves(const std::string& path, const Options& options) {
  const CsvTable table = read_csv(path);
  const auto column = [&](const std::string& name) {
    const std::size_t index = table.find(options.texts.at(name));
    if (index == table.names().size()) throw InputError(path + " has no column \"" + options.texts.at(name) + "\"");
    return table.column(index);
  };
  const auto epochs = column("epoch");
  const auto values = column("value");
  const auto seconds = column("seconds");
  std::vector<Recorded> curves;
  double last = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double epoch = std::stod(std::string(epochs[row]));
    if (curves.empty() || epoch <= last) curves.emplace_back();
    last = epoch;
    if (options.numbers.at("horizon") > 0 && epoch > options.numbers.at("horizon")) continue;
    curves.back().curve.steps.push_back(epoch);
    curves.back().curve.values.push_back(std::stod(std::string(values[row])));
    curves.back().seconds.push_back(std::stod(std::string(seconds[row])));
  }
  const std::size_t to = static_cast<std::size_t>(options.numbers.at("to"));
  if (to > 0 && to < curves.size()) curves.resize(to);
  curves.erase(curves.begin(), curves.begin() + static_cast<std::ptrdiff_t>(options.numbers.at("from")));
  return curves;
}

LearningCurve beginning(const LearningCurve& curve, std::size_t points) {
  return {{curve.steps.begin(), curve.steps.begin() + points}, {curve.values.begin(), curve.values.begin() + points}};
}

std::vector<std::size_t> order_of(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  Random(seed).shuffle(order);
  return order;
}

/// The share of the 90 % intervals that hold the truth, the mean absolute error and the time for a query.
class Coverage {
 public:
  void add(const CurveExtrapolation& extrapolation, const LearningCurve& curve, std::size_t points) {
    const LearningCurve begun = beginning(curve, points);
    const auto start = std::chrono::steady_clock::now();
    const FinalValue end = extrapolation.predict(begun);
    micros_ += 1e6 * std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    ++count_;
    inside_ += end.quantile(0.05) <= curve.values.back() && curve.values.back() <= end.quantile(0.95) ? 1 : 0;
    error_ += std::abs(end.quantile(0.5) - curve.values.back());
    last_error_ += std::abs(begun.values.back() - curve.values.back());
    width_ += end.quantile(0.95) - end.quantile(0.05);
  }
  void print(std::size_t epochs, const std::string& seen) const {
    if (count_ == 0) return;
    const double n = static_cast<double>(count_);
    std::cout << Json{{"what", "calibration"},      {"epochs", epochs},
                      {"curves_seen", seen},        {"predictions", count_},
                      {"coverage_90", inside_ / n}, {"median_error", error_ / n},
                      {"width_90", width_ / n},     {"error_of_last_value", last_error_ / n},
                      {"microseconds", micros_ / n}}
              << std::endl;
  }

 private:
  std::size_t count_ = 0;
  double inside_ = 0, error_ = 0, last_error_ = 0, width_ = 0, micros_ = 0;
};

void calibration(const std::vector<Recorded>& curves, const Options& options) {
  const double horizon = curves.front().curve.steps.back();
  const bool maximize = options.numbers.at("maximize") != 0;
  const std::vector<std::pair<std::string, std::size_t>> parts{
      {"1-4", 5}, {"5-19", 20}, {"20-99", 100}, {"100 and more", static_cast<std::size_t>(-1)}};
  for (const std::size_t epochs : {1, 3, 5, 10, 20}) {
    if (epochs >= curves.front().curve.steps.size()) continue;
    Coverage alone;
    const CurveExtrapolation fresh(horizon, maximize);
    for (const Recorded& recorded : curves) alone.add(fresh, recorded.curve, epochs);
    alone.print(epochs, "0");
    std::vector<Coverage> pooled(parts.size());
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      CurveExtrapolation extrapolation(horizon, maximize);
      const std::vector<std::size_t> order = order_of(curves.size(), seed);
      for (std::size_t i = 0; i < order.size(); ++i) {
        const LearningCurve& curve = curves[order[i]].curve;
        std::size_t part = 0;
        while (i >= parts[part].second) ++part;
        if (i > 0) pooled[part].add(extrapolation, curve, epochs);
        extrapolation.learn(curve);
      }
    }
    for (std::size_t part = 0; part < parts.size(); ++part) pooled[part].print(epochs, parts[part].first);
  }
}

struct Run {
  double seconds = 0;
  double best = 0;
};

/// One worker; a configuration that is continued pays only for the rest. The pick is the best that was trained fully.
Run run(Scheduler& scheduler, const std::vector<Recorded>& curves, const std::vector<std::size_t>& order,
        const Objective& objective) {
  struct Ended {
    std::size_t curve, points;
  };
  std::map<std::int64_t, Ended> ended;
  Run run;
  bool any = false;
  for (std::size_t started = 0;;) {
    const Assignment next = scheduler.next({}, started < order.size());
    if (next.kind == Assignment::Kind::kNothing || next.kind == Assignment::Kind::kWait) return run;
    Trial trial;
    trial.number = static_cast<std::int64_t>(ended.size());
    trial.fidelity = next.fidelity;
    Ended now{0, 0};
    if (next.kind == Assignment::Kind::kContinue) {
      now = ended.at(next.continues);
      trial.continues = next.continues;
    } else {
      now.curve = order[started++];
    }
    trial.configuration.set("curve", static_cast<std::int64_t>(now.curve));
    const Recorded& recorded = curves[now.curve];
    const std::size_t all = recorded.curve.steps.size();
    const auto amount = next.fidelity.find("epochs");
    trial.state = TrialState::kComplete;
    while (now.points < all && (amount == next.fidelity.end() || recorded.curve.steps[now.points] <= amount->second)) {
      run.seconds += recorded.seconds[now.points] - (now.points > 0 ? recorded.seconds[now.points - 1] : 0.0);
      trial.metrics = {{objective.metric, recorded.curve.values[now.points]}};
      trial.reports.push_back({std::llround(recorded.curve.steps[now.points]), trial.metrics, 0});
      ++now.points;
      if (now.points < all && scheduler.decide(trial).kind == Decision::Kind::kStop) {
        trial.state = TrialState::kStopped;
        break;
      }
    }
    if (now.points == all) {
      const double value = recorded.curve.values.back();
      if (!any || objective.better(value, run.best)) run.best = value;
      any = true;
    }
    ended[trial.number] = now;
    scheduler.observe(trial);
  }
}

void selection(const std::vector<Recorded>& curves, const Options& options) {
  const Objective objective{"value", options.numbers.at("maximize") != 0};
  double total = 0;
  double best = curves.front().curve.values.back();
  for (const Recorded& recorded : curves) {
    total += recorded.seconds.back();
    if (objective.better(recorded.curve.values.back(), best)) best = recorded.curve.values.back();
  }
  const auto regret_of = [&](double value) { return objective.loss(value) - objective.loss(best); };
  for (const std::size_t epochs : {1, 3, 5}) {
    std::vector<std::size_t> ranked(curves.size());
    std::iota(ranked.begin(), ranked.end(), 0);
    std::ranges::stable_sort(ranked, [&](std::size_t a, std::size_t b) {
      return objective.better(curves[a].curve.values[epochs - 1], curves[b].curve.values[epochs - 1]);
    });
    double seconds = 0;
    for (const Recorded& recorded : curves) seconds += recorded.seconds[epochs - 1];
    double picked = objective.maximize ? -1e300 : 1e300;
    for (std::size_t k = 1; k <= std::min<std::size_t>(20, ranked.size()); ++k) {
      const Recorded& taken = curves[ranked[k - 1]];
      seconds += taken.seconds.back() - taken.seconds[epochs - 1];
      if (objective.better(taken.curve.values.back(), picked)) picked = taken.curve.values.back();
      std::cout << Json{{"what", "baseline"},
                        {"epochs", epochs},
                        {"k", k},
                        {"cost", seconds / total},
                        {"regret", regret_of(picked)}}
                << std::endl;
    }
  }
  double cost = 0, regret = 0, worst = 0, costs = 0, regrets = 0;
  std::size_t controls = 0, better = 0;
  const int orders = static_cast<int>(options.numbers.at("orders"));
  for (int i = 0; i < orders; ++i) {
    const auto scheduler = make_scheduler(
        options.texts.at("scheduler"),
        {.objectives = {objective}, .most = curves.front().curve.steps.back(), .seed = static_cast<std::uint64_t>(i)});
    const Run one = run(*scheduler, curves, order_of(curves.size(), 1000 + static_cast<std::uint64_t>(i)), objective);
    const double share = one.seconds / total;
    const double missed = regret_of(one.best);
    cost += share, costs += share * share;
    regret += missed, regrets += missed * missed;
    worst = std::max(worst, missed);
    if (const auto* measures = dynamic_cast<const MeasuresRegret*>(scheduler.get())) {
      const ControlledRegret controlled = measures->controlled_regret();
      controls += controlled.controls, better += controlled.better;
    }
  }
  const auto interval = [&](double sum, double squares) {  // half the 95 % interval of the mean
    return 1.96 * std::sqrt(std::max(0.0, squares / orders - sum / orders * sum / orders) / orders);
  };
  std::cout << Json{{"what", "scheduler"},
                    {"scheduler", options.texts.at("scheduler")},
                    {"orders", orders},
                    {"cost", cost / orders},
                    {"cost_interval", interval(cost, costs)},
                    {"regret", regret / orders},
                    {"regret_interval", interval(regret, regrets)},
                    {"worst_regret", worst},
                    {"controls", controls},
                    {"controls_better", better}}
            << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw InputError("usage: bench_curve_extrapolation FILE.csv [name=value ...]");
    Options options;
    for (int i = 2; i < argc; ++i) {
      const std::string argument = argv[i];
      const std::string name = argument.substr(0, argument.find('='));
      const std::string value = name.size() < argument.size() ? argument.substr(name.size() + 1) : "";
      if (options.texts.contains(name)) {
        options.texts[name] = value;
      } else if (options.numbers.contains(name)) {
        options.numbers[name] = std::stod(value);
      } else {
        throw InputError("there is no option \"" + name + "\"; see the head of curve_extrapolation.cpp");
      }
    }
    const std::vector<Recorded> curves = read_curves(argv[1], options);
    calibration(curves, options);
    selection(curves, options);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
