#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "nascent/replay/replay.h"

namespace nascent::app {

/// What the command line says.
struct BenchmarkOptions {
  RecordedTableOptions table;
  ReplayOptions replay;
  std::string space;
  std::vector<std::string> strategies{"random"};
  std::vector<std::string> estimations{"full"};
  std::string time;
  bool minimize = false;
  bool cell = false;
  std::int64_t repeats = 200;
  std::int64_t workers = 1;
  std::int64_t threads = 0;
  std::uint64_t seed = 1;
  bool json = false;
  bool quiet = false;
};

void add_benchmark_options(CLI::App& command, BenchmarkOptions& options);

/// Throws `InputError` for values that cannot be meant; takes the lists of methods apart.
void check_options(BenchmarkOptions& options);

}  // namespace nascent::app
