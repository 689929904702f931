#include "execution/process_memory.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "execution/descriptor.h"

namespace nascent {
namespace {

/// The numbers of /proc/<pid>/statm, in pages.
struct Statm {
  unsigned long long size = 0, resident = 0, shared = 0, text = 0, library = 0, data = 0;
};

std::optional<Statm> read_statm(pid_t process) {
  const Descriptor file(::open(("/proc/" + std::to_string(process) + "/statm").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  char text[256];
  const ssize_t got = ::read(file.get(), text, sizeof text - 1);
  if (got <= 0) return std::nullopt;
  text[got] = '\0';
  Statm statm;
  const int fields = std::sscanf(text, "%llu %llu %llu %llu %llu %llu", &statm.size, &statm.resident, &statm.shared,
                                 &statm.text, &statm.library, &statm.data);
  if (fields != 6) return std::nullopt;
  return statm;
}

std::uint64_t page_size() {
  static const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

std::uint64_t private_bytes(const Statm& statm) {
  return (statm.resident - std::min(statm.resident, statm.shared)) * page_size();
}

}  // namespace

std::optional<std::uint64_t> private_memory(pid_t process) {
  const auto statm = read_statm(process);
  if (!statm) return std::nullopt;
  return private_bytes(*statm);
}

void limit_own_memory(std::uint64_t bytes) {
  const auto statm = read_statm(::getpid());
  if (!statm) return;  // no /proc: the coordinator's watch is what is left
  // The field counts the stack too, which the limit does not: a little more room, nothing worse.
  const std::uint64_t mapped = statm->data * page_size();
  const std::uint64_t untouched = mapped - std::min(mapped, private_bytes(*statm));
  constexpr std::uint64_t kRoom = 128ULL << 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_DATA, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, bytes + untouched + kRoom + bytes / 8);
  ::setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace nascent
