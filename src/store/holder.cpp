#include "store/holder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace nascent {
namespace {

std::string first_line(const std::string& path) {
  std::string line;
  std::getline(std::ifstream(path) >> std::ws, line);
  return line;
}

/// Empty where the system does not say; then no process can be seen from here, and the clock alone decides.
std::string this_place() {
  const std::string boot = first_line("/proc/sys/kernel/random/boot_id");
  std::error_code error;
  const std::string numbering = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
  return boot.empty() || error ? std::string() : boot + " " + numbering;
}

struct ProcessStatus {
  char state;
  std::int64_t born;
};

/// From /proc/<process>/stat (proc(5)): "number (name) state ... starttime ...", starttime being field 22.
std::optional<ProcessStatus> status_of(std::int64_t process) {
  std::string line;
  if (!std::getline(std::ifstream(fmt::format("/proc/{}/stat", process)), line)) return {};
  const std::size_t after_name = line.rfind(')');  // the name may hold anything
  if (after_name == std::string::npos) return {};
  std::istringstream fields(line.substr(after_name + 1));
  ProcessStatus status{};
  fields >> status.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> status.born;
  if (!fields) return {};
  return status;
}

}  // namespace

Holder this_process() {
  const std::int64_t process = ::getpid();
  const std::optional<ProcessStatus> status = status_of(process);
  return {.place = this_place(), .process = process, .born = status ? status->born : 0};
}

bool is_alive(const Holder& holder) {
  if (!holder.place.empty() && holder.born != 0 && holder.place == this_place()) {
    const std::optional<ProcessStatus> status = status_of(holder.process);
    if (!status || status->born != holder.born || status->state == 'Z' || status->state == 'X') return false;
    if (status->state != 'T') return true;
  }
  return wall_clock_seconds() < holder.valid_until;
}

double wall_clock_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace nascent
