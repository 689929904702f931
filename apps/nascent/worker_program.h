#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nascent::app {

/// `nascent-worker`, which lies beside this program.
std::filesystem::path worker_program();

/// Replaces this process by the worker program with these arguments: its output and exit code become ours. Models need
/// libraries that take half a second to load, so this program does without them.
[[noreturn]] void become_worker(std::vector<std::string> arguments);

}  // namespace nascent::app
