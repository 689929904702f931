#include "execution/worker_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "execution/child_setup.h"
#include "execution/process_memory.h"
#include "nascent/core/deadline.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

[[noreturn]] void throw_cannot_start(const std::vector<std::string>& command, const std::string& why) {
  throw SystemError("cannot start the worker `" + shown(command) + "`: " + why);
}

struct Pair {
  Descriptor ours;
  Descriptor theirs;
};

Pair make_socket_pair() {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return {};
  return {above_standard(Descriptor(ends[0])), above_standard(Descriptor(ends[1]))};
}

Pair make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  return {above_standard(Descriptor(ends[0])), above_standard(Descriptor(ends[1]))};
}

/// What the child does between fork and exec. Only async-signal-safe calls: another thread may have held any lock.
/// Returns only if the program cannot be run, with errno set.
void become_worker(char* const* arguments, int socket, int log, pid_t parent) {
  set_up_child(parent);
  if (::dup2(socket, STDIN_FILENO) < 0) return;
  if (log >= 0 && ::dup2(log, STDERR_FILENO) < 0) return;
  if (::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return;
  // Descriptors that other libraries of this process opened without O_CLOEXEC.
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execvp(arguments[0], arguments);
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return "worker killed by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
  }
  return "worker ended with exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

WorkerProcess::WorkerProcess(const std::vector<std::string>& command, std::filesystem::path log)
    : channel_(Descriptor()), log_(std::move(log)) {
  if (command.empty()) throw InternalError("a worker needs a command");
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  log_begin_ = log_position();
  Descriptor log_file;
  if (!log_.empty()) {
    log_file = above_standard(Descriptor(::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)));
    if (!log_file) throw SystemError("cannot write the log " + log_.string() + ": " + std::strerror(errno));
  }
  Pair socket = make_socket_pair();
  Pair failure = make_pipe();  // carries errno when exec fails, and closes when it succeeds
  if (!socket.ours || !socket.theirs || !failure.ours || !failure.theirs) {
    throw_cannot_start(command, std::strerror(errno));
  }

  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ < 0) throw_cannot_start(command, std::strerror(errno));
  if (process_ == 0) {
    become_worker(arguments.data(), socket.theirs.get(), log_file.get(), parent);
    const int error = errno;
    [[maybe_unused]] const ssize_t written = ::write(failure.theirs.get(), &error, sizeof error);
    ::_exit(127);
  }
  ::setpgid(process_, process_);  // by both, so that the group exists whoever comes first
  failure.theirs.close();
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(failure.ours.get(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  if (got == static_cast<ssize_t>(sizeof error)) {
    kill();
    throw_cannot_start(command, std::strerror(error));
  }
  channel_ = LineChannel(std::move(socket.ours));
}

WorkerProcess::~WorkerProcess() { kill(); }

std::optional<std::uint64_t> WorkerProcess::memory() const {
  if (status_) return std::nullopt;
  return private_memory(process_);
}

bool WorkerProcess::has_died() {
  if (status_) return true;
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno == ECHILD) status_ = 0;  // somebody else has reaped it: it is gone, how is not known
  } else if (info.si_pid == process_) {
    kill();
  }
  return status_.has_value();
}

void WorkerProcess::kill() {
  if (process_ < 0 || status_) return;
  // A dead worker's group is killed too, for what it started may live on. That must be done before the worker is
  // reaped: until then its number cannot have been given to somebody else. How it ended stays as it was.
  ::kill(-process_, SIGKILL);
  while (!status_) {
    int status = 0;
    const pid_t got = ::waitpid(process_, &status, 0);
    if (got == process_) status_ = status;
    if (got < 0 && errno != EINTR) status_ = 0;
  }
}

std::string WorkerProcess::bury() {
  const Deadline patience = Deadline::in(1.0);
  while (!has_died() && !patience.passed()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (status_) return how_it_ended(*status_);
  kill();
  return "worker closed its connection";
}

std::uint64_t WorkerProcess::log_position() const {
  struct stat file {};
  if (log_.empty() || ::stat(log_.c_str(), &file) != 0) return 0;
  return static_cast<std::uint64_t>(file.st_size);
}

std::string WorkerProcess::last_words(std::uint64_t since) const {
  if (log_.empty()) return "";
  const Descriptor file(::open(log_.c_str(), O_RDONLY | O_CLOEXEC));
  const std::uint64_t end = log_position();
  if (!file || end <= since) return "";
  constexpr std::uint64_t kTail = 4096;
  const std::uint64_t begin = end - since > kTail ? end - kTail : since;
  std::string text(static_cast<std::size_t>(end - begin), '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), static_cast<off_t>(begin));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);

  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (last == std::string::npos) return "";
  text.resize(last + 1);
  const std::size_t line_break = text.rfind('\n');
  if (line_break != std::string::npos) text.erase(0, line_break + 1);
  constexpr std::size_t kLongest = 300;
  return ": " + text.substr(0, kLongest);
}

std::string shown(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& argument : command) {
    if (!text.empty()) text += ' ';
    text += argument;
  }
  return text;
}

}  // namespace nascent
