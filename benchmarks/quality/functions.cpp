// Our strategies on continuous test functions, by ask and tell.
//
//   bench_functions run STRATEGY [name=value ...]      one JSON line for each run
//   bench_functions instances [name=value ...]         the instances as JSON lines, with values to check, for the rival
//   bench_functions strategies                         the names of all strategies, one a line
//
// Options: functions=all (or names with commas), dimensions=2,5,10,20, evaluations=1000, repeats=5, first=0, threads=0
// (all cores), milestones=100,1000. Repeat r is instance r: another shift, other rotations. A line holds the least
// value found so far, which is the distance from the optimum.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <iostream>
#include <limits>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "nascent/core/error.h"
#include "nascent/strategy/search_strategy.h"
#include "test_functions.h"

namespace {

using namespace nascent;
using namespace nascent::bench;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

struct Options {
  std::vector<TestFunction> functions = test_functions();
  std::vector<std::size_t> dimensions{2, 5, 10, 20};
  std::vector<std::int64_t> milestones{100, 1000};
  std::int64_t evaluations = 1000;
  std::uint64_t repeats = 5;
  std::uint64_t first = 0;
  std::size_t threads = 0;
};

Options parse_options(int argc, char** argv, int from) {
  Options options;
  for (int i = from; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string name = argument.substr(0, argument.find('='));
    const std::string value = name.size() < argument.size() ? argument.substr(name.size() + 1) : "";
    if (name == "functions" && value != "all") {
      options.functions.clear();
      for (const std::string& wanted : split(value))
        for (const TestFunction& function : test_functions())
          if (function.name == wanted) options.functions.push_back(function);
    } else if (name == "dimensions") {
      options.dimensions.clear();
      for (const std::string& number : split(value)) options.dimensions.push_back(std::stoul(number));
    } else if (name == "milestones") {
      options.milestones.clear();
      for (const std::string& number : split(value)) options.milestones.push_back(std::stol(number));
    } else if (name == "evaluations") {
      options.evaluations = std::stol(value);
    } else if (name == "repeats") {
      options.repeats = std::stoul(value);
    } else if (name == "first") {
      options.first = std::stoul(value);
    } else if (name == "threads") {
      options.threads = std::stoul(value);
    } else if (name != "functions") {
      throw InputError("there is no option \"" + name + "\"; see the head of benchmarks/quality/functions.cpp");
    }
  }
  return options;
}

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Json run_once(const std::string& strategy_text, const TestFunction& function, const Instance& instance,
              const Options& options) {
  SearchSpace space;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < instance.dimensions; ++i) {
    names.push_back("x" + std::to_string(i));
    space.add_float(names.back(), -5.0, 5.0);
  }
  // Functions share the shift of an instance; a seed for each keeps one lucky draw from helping in all of them.
  std::uint64_t seed = instance.number;
  for (const char letter : function.name) seed = mix_seed(seed, static_cast<std::uint64_t>(letter));
  const auto strategy = make_strategy(
      strategy_text, {.space = space, .objectives = {{"value", false}}, .seed = seed, .budget = options.evaluations});
  double best = std::numeric_limits<double>::infinity();
  double seconds = 0.0;
  Json after = Json::object();
  Vector x(instance.dimensions);
  for (std::int64_t number = 0; number < options.evaluations; ++number) {
    const double start = thread_seconds();
    const std::optional<Proposal> proposal = strategy->suggest(number, {});
    seconds += thread_seconds() - start;
    if (!proposal) break;
    for (std::size_t i = 0; i < names.size(); ++i) x[i] = proposal->configuration.number(names[i]);
    const double value = function.value(instance, x);
    best = std::min(best, value);
    Trial trial;
    trial.number = number;
    trial.configuration = proposal->configuration;
    trial.state = TrialState::kComplete;
    trial.metrics["value"] = value;
    const double told = thread_seconds();
    strategy->observe(trial);
    seconds += thread_seconds() - told;
    if (std::find(options.milestones.begin(), options.milestones.end(), number + 1) != options.milestones.end())
      after[std::to_string(number + 1)] = best;
  }
  return {{"function", function.name},  {"dimensions", instance.dimensions},  {"instance", instance.number},
          {"strategy", strategy_text},  {"evaluations", options.evaluations}, {"best", after},
          {"strategy_seconds", seconds}};
}

/// Runs all of them on all cores; a line is printed when its run ends.
void run_all(const std::string& strategy, const Options& options) {
  struct Task {
    const TestFunction* function;
    Instance instance;
  };
  std::vector<Task> tasks;
  for (std::uint64_t repeat = 0; repeat < options.repeats; ++repeat)
    for (const std::size_t dimensions : options.dimensions) {
      const Instance instance = make_instance(dimensions, options.first + repeat);
      for (const TestFunction& function : options.functions) tasks.push_back({&function, instance});
    }
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t i = next++; i < tasks.size(); i = next++) {
      try {
        const Json line = run_once(strategy, *tasks[i].function, tasks[i].instance, options);
        const std::lock_guard lock(mutex);
        std::cout << line.dump() << std::endl;
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
        next = tasks.size();
      }
    }
  };
  {
    const std::size_t threads =
        options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

void print_instances(const Options& options) {
  for (const std::size_t dimensions : options.dimensions) {
    for (std::uint64_t repeat = 0; repeat < options.repeats; ++repeat) {
      const Instance instance = make_instance(dimensions, options.first + repeat);
      Json line = to_json(instance);
      Random random(instance.number, dimensions);
      line["checks"] = Json::array();
      for (int check = 0; check < 5; ++check) {
        Vector x(dimensions);
        for (double& value : x) value = random.uniform(-5.0, 5.0);
        Json values;
        for (const TestFunction& function : test_functions()) values[function.name] = function.value(instance, x);
        line["checks"].push_back({{"x", x}, {"values", values}});
      }
      std::cout << line.dump() << "\n";
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string command = argc > 1 ? argv[1] : "";
    if (command == "run" && argc > 2) {
      run_all(argv[2], parse_options(argc, argv, 3));
      return 0;
    }
    if (command == "instances") {
      print_instances(parse_options(argc, argv, 2));
      return 0;
    }
    if (command == "strategies") {
      for (const StrategyEntry& entry : strategies()) std::cout << entry.name << "\n";
      return 0;
    }
    std::cerr << "usage: bench_functions run STRATEGY | instances | strategies [name=value ...]; see its source\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "bench_functions: " << error.what() << "\n";
    return 2;
  }
}
