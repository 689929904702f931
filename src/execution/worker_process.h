#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "execution/line_channel.h"

namespace nascent {

/// A worker as a process: started, listened to, killed and buried. It leads a process group of its own, with whatever
/// it starts itself.
class WorkerProcess {
 public:
  /// Starts `command` with a socket on its standard input and its output appended to `log` (inherited if empty).
  /// Throws `SystemError` naming the command when that cannot be done.
  WorkerProcess(const std::vector<std::string>& command, std::filesystem::path log);
  WorkerProcess(WorkerProcess&&) = delete;
  /// Kills it if it still lives.
  ~WorkerProcess();

  LineChannel& channel() { return channel_; }
  /// Bytes of its own memory; nothing once it has died.
  std::optional<std::uint64_t> memory() const;

  /// True once it has died. Does not wait.
  bool has_died();
  /// Kills the group and waits for its end.
  void kill();
  /// For a worker whose socket is closed: waits for its end (kills it if that does not come), and says how it ended:
  /// "worker killed by signal 6 (Aborted)", "worker ended with exit code 3".
  std::string bury();

  /// Where the log stood before it was started, and where it stands now: what is printed later comes after.
  std::uint64_t log_begin() const { return log_begin_; }
  std::uint64_t log_position() const;
  /// ": " and the last line it printed since that position of the log, shortened; empty if there is none.
  std::string last_words(std::uint64_t since) const;

 private:
  pid_t process_ = -1;
  std::optional<int> status_;  ///< as `waitpid` gave it, once it has died
  LineChannel channel_;
  std::filesystem::path log_;
  std::uint64_t log_begin_ = 0;
};

/// The command as a person would type it, for messages.
std::string shown(const std::vector<std::string>& command);

}  // namespace nascent
