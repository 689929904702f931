#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace nascent {

/// The memory that is a process's own: resident pages that are not of a file and not shared, in bytes. Data that
/// workers map from one file counts for none of them. Nothing if there is no such process.
std::optional<std::uint64_t> private_memory(pid_t process);

/// Makes allocations of this process fail once it has about `bytes` of its own memory (RLIMIT_DATA).
///
/// The kernel's limit counts what is mapped, not what is used, so the space that the libraries have mapped and not
/// touched by now is added, and some room for what they will map so (stacks of threads, the spare memory of malloc).
/// The limit is therefore a net for sudden large demands; the coordinator watches what is really used.
void limit_own_memory(std::uint64_t bytes);

}  // namespace nascent
