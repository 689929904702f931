// What one trial costs a strategy: a suggestion and the observation of its result, in continuous dimensions, single
// thread, without store and loop.
//
//     bench_suggestion [strategy ...]        all of the registry but grid by default
//
// One JSON line for each strategy, number of dimensions (10 and 40) and number of trials before (100, 1,000, 10,000):
// the processor time in microseconds for each of the next trials. The strategy has proposed all the trials before
// itself. A row whose trials before would take longer than a minute is left out, with a line that says so.
// suggestion.py measures Optuna in the same way and suggestion.sh runs both.

#include <ctime>
#include <iostream>
#include <string>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/strategy/search_strategy.h"

namespace {

using namespace nascent;

constexpr std::int64_t kMeasured = 50;  ///< trials at least whose time is averaged
constexpr std::int64_t kMostMeasured = 800;
constexpr double kMeasuredSeconds = 0.02;  ///< and so long at least
constexpr double kMostSeconds = 60.0;      ///< for the trials before

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

SearchSpace continuous_space(int dimensions) {
  SearchSpace space;
  for (int i = 0; i < dimensions; ++i) space.add_float("x" + std::to_string(i), -5.0, 5.0);
  return space;
}

/// Two spheres around different points; single-objective strategies are given the first.
Trial evaluated(std::int64_t number, Configuration configuration) {
  double first = 0.0, second = 0.0;
  for (const auto& [name, value] : configuration.values()) {
    const double x = std::get<double>(value);
    first += (x - 1.0) * (x - 1.0);
    second += (x + 1.0) * (x + 1.0);
  }
  Trial trial;
  trial.number = number;
  trial.configuration = std::move(configuration);
  trial.state = TrialState::kComplete;
  trial.metrics = {{"first", first}, {"second", second}};
  return trial;
}

void measure(const std::string& name, int dimensions) {
  StrategySetup setup{.space = continuous_space(dimensions), .objectives = {{"first", false}}, .seed = 1};
  if (name == "nsga2") setup.objectives.push_back({"second", false});
  const auto strategy = make_strategy(name, setup);
  std::int64_t number = 0;
  const auto run = [&](std::int64_t trials) {
    const double start = processor_seconds();
    double spent = 0.0;
    for (const std::int64_t end = number + trials; number < end && spent < kMostSeconds; ++number) {
      strategy->observe(evaluated(number, strategy->suggest(number, {})->configuration));
      spent = processor_seconds() - start;
    }
    return spent;
  };
  const auto measured_microseconds = [&] {
    const std::int64_t first = number;
    double seconds = 0.0;
    while (number - first < kMeasured || (seconds < kMeasuredSeconds && number - first < kMostMeasured))
      seconds += run(kMeasured);
    return 1e6 * seconds / static_cast<double>(number - first);
  };
  for (const std::int64_t before : {100, 1000, 10000}) {
    Json line{{"benchmark", "suggestion"},
              {"program", "nascent"},
              {"strategy", name},
              {"dimensions", dimensions},
              {"trials", before}};
    if (run(before - number) >= kMostSeconds) {
      line["left_out"] = "the trials before take more than a minute";
      std::cout << line.dump() << std::endl;
      return;
    }
    line["microseconds"] = measured_microseconds();
    std::cout << line.dump() << std::endl;
    if (name == "gp" && before == 100) {
      run(300 - number);
      line["trials"] = 300;
      line["microseconds"] = measured_microseconds();
      std::cout << line.dump() << std::endl;
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> names(arguments + 1, arguments + count);
  if (names.empty()) {
    for (const StrategyEntry& entry : strategies())
      if (entry.name != "grid") names.push_back(entry.name);
  }
  for (const std::string& name : names)
    for (const int dimensions : {10, 40}) measure(name, dimensions);
}
