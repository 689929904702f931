#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "execution/descriptor.h"
#include "execution/output_reader.h"

namespace nascent {

/// A command under way, with everything it starts (see `keep`). Its standard input is empty. Used by one thread.
class CommandProcess {
 public:
  /// `program` is a path, `arguments` begins with the name of the program. Throws `SystemError` when the machine gives
  /// no process; that the program cannot be run is said by `failure`.
  CommandProcess(const std::string& program, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment);
  CommandProcess(const CommandProcess&) = delete;
  /// Kills whatever is left of it.
  ~CommandProcess();

  using Listener = std::function<void(OutputReader::Stream, std::string_view)>;
  /// Hands over what is printed; returns when something was, when all has ended, or after so many seconds. False once
  /// everything has ended and all output has been handed over.
  bool wait(double seconds, const Listener& listener);

  /// Sends SIGTERM to the command's process group.
  void ask_to_end();
  /// Kills everything; the end is seen by `wait`.
  void kill();

  /// Once all has ended: how the command itself ended if that was not exit code 0: "exit code 3", "killed by signal 11
  /// (Segmentation fault)", "cannot be started: Permission denied".
  std::string failure() const;
  /// The exit code, if it ended by itself.
  std::optional<int> exit_code() const;
  /// Bytes of memory that all its processes have for themselves.
  std::uint64_t memory() const;

 private:
  void hear_keeper();
  void read_stream(OutputReader::Stream stream, const Listener& listener);
  void tell(char word);

  pid_t keeper_ = -1;
  Descriptor control_;
  std::array<Descriptor, 2> streams_;
  std::optional<int> status_;  ///< as `waitpid` gives it, once it has ended
  int start_error_ = 0;        ///< errno, when it could not be started
};

/// The path of a program as the shell would find it: as it is if it holds a "/", else from PATH. Throws `InputError`
/// that names it when there is none, or when it is not executable.
std::string find_program(const std::string& name);

}  // namespace nascent
