#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace nascent::testing {

/// What a program left behind.
struct ProgramResult {
  int exit_code = -1;  ///< 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

/// A program under test, started without a shell. Its output goes to files, so it never waits for us. Killed, with its
/// process group, when the object goes while it runs.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void signal(int signal);
  /// Waits for the end.
  ProgramResult wait();
  /// What it has printed so far.
  std::string err() const;

 private:
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
  std::filesystem::path folder_;
};

/// Runs a program to its end.
ProgramResult run_program(std::vector<std::string> arguments);

/// Process ids of the children of a process.
std::vector<pid_t> children_of(pid_t parent);

}  // namespace nascent::testing
