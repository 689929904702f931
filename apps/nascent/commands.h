#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace nascent::app {

/// Each adds one command to the program. The command's work happens in its callback and throws what goes wrong.
void add_fit_command(CLI::App& program);
void add_predict_command(CLI::App& program);
void add_evaluate_command(CLI::App& program);
void add_export_command(CLI::App& program);
void add_leaderboard_command(CLI::App& program);
/// `tuned`: the command behind "--".
void add_tune_command(CLI::App& program, std::vector<std::string> tuned);
void add_strategies_command(CLI::App& program);
void add_schedulers_command(CLI::App& program);
void add_benchmark_command(CLI::App& program);

}  // namespace nascent::app
