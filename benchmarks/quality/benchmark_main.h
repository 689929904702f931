#pragma once

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <exception>
#include <functional>

namespace nascent {

/// Reads the command line and runs; an error is one sentence and exit code 2.
inline int benchmark_main(CLI::App& app, int argc, char** argv, const std::function<void()>& run) {
  CLI11_PARSE(app, argc, argv);
  try {
    run();
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}

}  // namespace nascent
