#include "worker_program.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "nascent/core/error.h"

namespace nascent::app {

std::filesystem::path worker_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "nascent-worker";
}

void become_worker(std::vector<std::string> arguments) {
  const std::filesystem::path program = worker_program();
  std::vector<char*> argv;
  std::string name = program.string();
  argv.push_back(name.data());
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv(name.c_str(), argv.data());
  throw SystemError("cannot start " + name + ": " + std::strerror(errno) +
                    "; build it (cmake --build build/release --target nascent-worker)");
}

}  // namespace nascent::app
