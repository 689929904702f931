#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

namespace nascent {

/// What every child does between fork and exec: a process group of its own, an end with its parent, and no inherited
/// handling of signals. Only async-signal-safe calls: another thread may have held any lock.
inline void set_up_child(pid_t parent) {
  ::setpgid(0, 0);
  // Ends with its parent, even inside a long operation. The parent may be gone already: then nobody sends the signal.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);

  // The handlers are lost by exec anyway; what stays is what was ignored or blocked.
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGQUIT}) ::sigaction(signal, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);

  // When the machine runs out of memory, the kernel shall end a trial and not the coordinator.
  const int score = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0) {
    [[maybe_unused]] const ssize_t written = ::write(score, "500", 3);
    ::close(score);
  }
}

}  // namespace nascent
