#pragma once

#include <CLI/CLI.hpp>

namespace nascent::app {

/// Each adds one command to the program. The command's work happens in its callback and throws what goes wrong.
void add_fit_command(CLI::App& program);
void add_predict_command(CLI::App& program);
void add_evaluate_command(CLI::App& program);
void add_leaderboard_command(CLI::App& program);
void add_benchmark_command(CLI::App& program);

}  // namespace nascent::app
