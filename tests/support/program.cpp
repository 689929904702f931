#include "support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace nascent::testing {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Program::Program(std::vector<std::string> arguments) {
  std::string name = (std::filesystem::temp_directory_path() / "nascent-program-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  folder_ = name;
  const std::string out = (folder_ / "out").string();
  const std::string err = (folder_ / "err").string();
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ == 0) {
    ::setpgid(0, 0);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0644), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0644), STDERR_FILENO);
    ::execv(argv[0], argv.data());
    _exit(127);
  }
}

Program::~Program() {
  if (running()) {
    ::kill(-pid_, SIGKILL);
    wait();
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

bool Program::running() {
  if (!ended_ && ::waitpid(pid_, &status_, WNOHANG) == pid_) ended_ = true;
  return !ended_;
}

void Program::signal(int signal) { ::kill(pid_, signal); }

ProgramResult Program::wait() {
  if (!ended_) ::waitpid(pid_, &status_, 0);
  ended_ = true;
  ProgramResult result;
  result.exit_code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  result.out = content_of(folder_ / "out");
  result.err = content_of(folder_ / "err");
  return result;
}

std::string Program::err() const { return content_of(folder_ / "err"); }

ProgramResult run_program(std::vector<std::string> arguments) { return Program(std::move(arguments)).wait(); }

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  const std::string process = std::to_string(parent);
  std::ifstream file("/proc/" + process + "/task/" + process + "/children");
  pid_t child = 0;
  while (file >> child) children.push_back(child);
  return children;
}

}  // namespace nascent::testing
