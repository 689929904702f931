#pragma once

namespace nascent {

/// What a keeper needs; everything is made before the fork, because after it nothing may be allocated.
struct KeeperTask {
  const char* program = nullptr;  ///< a path
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  int control = -1;  ///< a socket of packets to the process that forked
  int out = -1;      ///< becomes the command's standard output
  int err = -1;      ///< becomes its standard error
  int null = -1;     ///< /dev/null
};

/// What the keeper says, one packet each.
struct KeeperMessage {
  enum Kind : int {
    kNotStarted,  ///< `value` is the errno of exec
    kEnded,       ///< `value` is the status of the command as `waitpid` gives it; nothing of it runs any more
  };
  int kind = kEnded;
  int value = 0;
};

/// What the keeper is told, one packet each.
inline constexpr char kAskToEnd = 't';  ///< SIGTERM to the command's process group
inline constexpr char kKillAll = 'k';   ///< SIGKILL to everything

/// The life of a keeper: a process between a coordinator and a command, in a session of its own. It adopts whatever the
/// command leaves behind (PR_SET_CHILD_SUBREAPER), also what has made process groups and sessions of its own, so that
/// nothing of a trial outlives it. It kills all of that when the command has ended, when it is told to, and when the
/// socket closes, which is when the coordinator has died, however it died.
///
/// Runs in a forked copy of a program that has threads: uses system calls only.
[[noreturn]] void keep(const KeeperTask& task);

}  // namespace nascent
