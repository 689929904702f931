#include "execution/keeper.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <initializer_list>

#include "execution/child_setup.h"

namespace nascent {
namespace {

// Where the keeper's descriptors lie.
constexpr int kControl = 3;
constexpr int kOut = 4;
constexpr int kErr = 5;
constexpr int kFirstFree = 6;

void say(KeeperMessage message) { ::send(kControl, &message, sizeof message, MSG_NOSIGNAL); }

/// Puts the descriptors where they belong and closes all others: among them are the ends of other trials' pipes, which
/// would not close as long as this process holds them.
bool arrange_descriptors(const KeeperTask& task) {
  constexpr int kAbove = 16;
  const int control = ::fcntl(task.control, F_DUPFD, kAbove);
  const int out = ::fcntl(task.out, F_DUPFD, kAbove);
  const int err = ::fcntl(task.err, F_DUPFD, kAbove);
  const int null = ::fcntl(task.null, F_DUPFD, kAbove);
  if (control < 0 || out < 0 || err < 0 || null < 0) return false;
  const bool placed = ::dup2(control, kControl) >= 0 && ::dup2(out, kOut) >= 0 && ::dup2(err, kErr) >= 0 &&
                      ::dup2(null, STDIN_FILENO) >= 0 && ::dup2(null, STDOUT_FILENO) >= 0 &&
                      ::dup2(null, STDERR_FILENO) >= 0;
  ::close_range(kFirstFree, ~0U, 0);
  return placed;
}

[[noreturn]] void become_command(const KeeperTask& task, pid_t keeper) {
  set_up_child(keeper);
  ::fcntl(kControl, F_SETFD, FD_CLOEXEC);
  if (::dup2(kOut, STDOUT_FILENO) >= 0 && ::dup2(kErr, STDERR_FILENO) >= 0) {
    ::close(kOut);
    ::close(kErr);
    ::execve(task.program, task.arguments, task.environment);
  }
  say({KeeperMessage::kNotStarted, errno});
  ::_exit(127);
}

/// Kills all children of this process by its list of them. False if the kernel keeps none.
bool kill_listed_children() {
  const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (list < 0) return false;
  char text[4096];
  pid_t child = 0;
  for (;;) {
    const ssize_t got = ::read(list, text, sizeof text);
    if (got <= 0) break;
    for (ssize_t i = 0; i < got; ++i) {
      if (text[i] >= '0' && text[i] <= '9') {
        child = child * 10 + (text[i] - '0');
      } else if (child > 0) {
        ::kill(child, SIGKILL);
        child = 0;
      }
    }
  }
  if (child > 0) ::kill(child, SIGKILL);
  ::close(list);
  return true;
}

class Keeper {
 public:
  explicit Keeper(pid_t command) : command_(command) {}

  [[noreturn]] void run(int signals) {
    pollfd watched[2] = {{kControl, POLLIN, 0}, {signals, POLLIN, 0}};
    for (;;) {
      if (::poll(watched, 2, -1) < 0 && errno != EINTR) finish();
      if (watched[0].revents != 0) obey();
      if (watched[1].revents != 0) {
        signalfd_siginfo info;
        [[maybe_unused]] const ssize_t got = ::read(signals, &info, sizeof info);
        reap();
        if (command_ended_) finish();
      }
    }
  }

 private:
  void obey() {
    char word = 0;
    const ssize_t got = ::recv(kControl, &word, 1, 0);
    if (got < 0 && errno == EINTR) return;
    if (got <= 0 || word == kKillAll) finish();
    if (word == kAskToEnd) ::kill(-command_, SIGTERM);
  }

  /// False once there are no children left.
  bool reap() {
    for (;;) {
      int status = 0;
      const pid_t got = ::waitpid(-1, &status, WNOHANG);
      if (got == command_) {
        status_ = status;
        command_ended_ = true;
      }
      if (got == 0 || (got < 0 && errno == EINTR)) return true;
      if (got < 0) return false;
    }
  }

  /// Whoever loses its parent becomes this process's child, so killing children until there are none gets them all.
  [[noreturn]] void finish() {
    do {
      if (!command_ended_) ::kill(-command_, SIGKILL);
      if (!kill_listed_children() && command_ended_) break;
      ::poll(nullptr, 0, 1);
    } while (reap());
    say({KeeperMessage::kEnded, status_});
    ::_exit(0);
  }

  pid_t command_;
  int status_ = SIGKILL;
  bool command_ended_ = false;
};

}  // namespace

void keep(const KeeperTask& task) {
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_NAME, "nascent-keeper");
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  if (!arrange_descriptors(task)) ::_exit(1);

  sigset_t child_ended;
  ::sigemptyset(&child_ended);
  ::sigaddset(&child_ended, SIGCHLD);
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &standard, nullptr);  // an ignored SIGCHLD would take the status away
  const int signals = ::signalfd(-1, &child_ended, SFD_CLOEXEC);
  const pid_t keeper = ::getpid();
  const pid_t command = signals < 0 ? -1 : ::fork();
  if (command < 0) {
    say({KeeperMessage::kNotStarted, errno});
    ::_exit(1);
  }
  if (command == 0) become_command(task, keeper);
  ::setpgid(command, command);  // by both, so that the group exists whoever comes first
  ::close(kOut);
  ::close(kErr);
  Keeper(command).run(signals);
}

}  // namespace nascent
