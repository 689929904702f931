#include "execution/command_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "execution/keeper.h"
#include "execution/process_memory.h"
#include "nascent/core/deadline.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

[[noreturn]] void throw_no_process(const std::string& program) {
  throw SystemError("cannot start " + program + ": " + std::strerror(errno));
}

struct Pair {
  Descriptor ours;
  Descriptor theirs;
};

Pair make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  return {above_standard(Descriptor(ends[0])), above_standard(Descriptor(ends[1]))};
}

Pair make_socket_pair() {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return {};
  return {above_standard(Descriptor(ends[0])), above_standard(Descriptor(ends[1]))};
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::uint64_t memory_below(pid_t process) {
  std::uint64_t bytes = 0;
  std::error_code gone;
  const std::string tasks = fmt::format("/proc/{}/task", process);
  for (auto task = std::filesystem::directory_iterator(tasks, gone);
       !gone && task != std::filesystem::directory_iterator(); task.increment(gone)) {
    std::ifstream list(task->path() / "children");
    pid_t child = 0;
    while (list >> child) bytes += private_memory(child).value_or(0) + memory_below(child);
  }
  return bytes;
}

bool is_program(const std::string& path) {
  struct stat file {};
  return ::stat(path.c_str(), &file) == 0 && S_ISREG(file.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (is_program(name)) return name;
    if (!std::filesystem::exists(name)) throw InputError("command: there is no " + name + "; check the path");
    throw InputError("command: " + name + " cannot be executed; give it the right with chmod +x, or name its " +
                     "interpreter before it, as in: -- python3 " + name);
  }
  const char* folders = std::getenv("PATH");
  std::string_view left = folders == nullptr ? "/usr/bin:/bin" : folders;
  for (;;) {
    const std::string_view folder = left.substr(0, left.find(':'));
    const std::string path = (folder.empty() ? std::string(".") : std::string(folder)) + "/" + name;
    if (is_program(path)) return path;
    if (folder.size() == left.size()) break;
    left.remove_prefix(folder.size() + 1);
  }
  const bool is_here = std::filesystem::exists(name);
  throw InputError("command: there is no program \"" + name + "\" in the folders of PATH" +
                   (is_here ? "; for the file here write ./" + name : "; check its name, or give its path"));
}

CommandProcess::CommandProcess(const std::string& program, const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment) {
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  Pair control = make_socket_pair();
  Pair out = make_pipe();
  Pair err = make_pipe();
  const Descriptor null = above_standard(Descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC)));
  if (!control.theirs || !out.theirs || !err.theirs || !null) throw_no_process(program);
  const KeeperTask task{.program = program.c_str(),
                        .arguments = argument_pointers.data(),
                        .environment = environment_pointers.data(),
                        .control = control.theirs.get(),
                        .out = out.theirs.get(),
                        .err = err.theirs.get(),
                        .null = null.get()};
  keeper_ = ::fork();
  if (keeper_ < 0) throw_no_process(program);
  if (keeper_ == 0) keep(task);
  control_ = std::move(control.ours);
  streams_ = {std::move(out.ours), std::move(err.ours)};
}

CommandProcess::~CommandProcess() {
  control_.close();  // the keeper kills what is left, and ends
  int status = 0;
  while (::waitpid(keeper_, &status, 0) < 0 && errno == EINTR) {
  }
}

bool CommandProcess::wait(double seconds, const Listener& listener) {
  pollfd watched[3] = {
      {streams_[0].get(), POLLIN, 0}, {streams_[1].get(), POLLIN, 0}, {status_ ? -1 : control_.get(), POLLIN, 0}};
  // A stream that stays open when all has ended is held by somebody who was not a child: it is not waited for.
  const double patience = status_ ? 0.0 : seconds;
  const int count = ::poll(watched, 3, static_cast<int>(std::ceil(patience * 1e3)));
  if (count <= 0) return !status_;
  if (watched[0].revents != 0) read_stream(OutputReader::kOut, listener);
  if (watched[1].revents != 0) read_stream(OutputReader::kErr, listener);
  if (watched[2].revents != 0) hear_keeper();
  return !status_ || streams_[0] || streams_[1];
}

void CommandProcess::read_stream(OutputReader::Stream stream, const Listener& listener) {
  char text[65536];
  const ssize_t got = ::read(streams_[stream].get(), text, sizeof text);
  if (got > 0) {
    listener(stream, std::string_view(text, static_cast<std::size_t>(got)));
  } else if (got == 0 || errno != EINTR) {
    streams_[stream].close();
  }
}

void CommandProcess::hear_keeper() {
  KeeperMessage message;
  const ssize_t got = ::recv(control_.get(), &message, sizeof message, 0);
  if (got < 0 && errno == EINTR) return;
  if (got != static_cast<ssize_t>(sizeof message)) {
    status_ = SIGKILL;  // the keeper was killed, and the command with it
  } else if (message.kind == KeeperMessage::kNotStarted) {
    start_error_ = message.value;
  } else {
    status_ = message.value;
  }
}

void CommandProcess::tell(char word) { ::send(control_.get(), &word, 1, MSG_NOSIGNAL); }
void CommandProcess::ask_to_end() { tell(kAskToEnd); }
void CommandProcess::kill() { tell(kKillAll); }

std::string CommandProcess::failure() const {
  if (start_error_ == ENOEXEC) return "cannot be started: it needs a first line such as #!/bin/sh";
  if (start_error_ != 0) return std::string("cannot be started: ") + std::strerror(start_error_);
  const int status = status_.value_or(0);
  if (WIFSIGNALED(status)) {
    return fmt::format("killed by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  }
  return WEXITSTATUS(status) == 0 ? "" : fmt::format("exit code {}", WEXITSTATUS(status));
}

std::optional<int> CommandProcess::exit_code() const {
  if (start_error_ != 0 || !status_ || !WIFEXITED(*status_)) return std::nullopt;
  return WEXITSTATUS(*status_);
}

std::uint64_t CommandProcess::memory() const { return memory_below(keeper_); }

}  // namespace nascent
