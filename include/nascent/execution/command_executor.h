#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nascent/execution/command_template.h"
#include "nascent/execution/executor.h"
#include "nascent/space/search_space.h"
#include "nascent/trial/trial.h"

namespace nascent {

/// How a program is run for a trial.
struct CommandExecutorOptions {
  std::vector<std::string> command;  ///< program and arguments, with places for values (see `CommandTemplate`)
  SearchSpace space;
  std::string axis = {};             ///< of the fidelity that is varied; empty for none
  std::vector<std::string> metrics;  ///< what its output must name
  std::size_t workers = 1;           ///< programs at a time
  std::uint64_t seed = 0;            ///< of the study: every trial gets its own, made from this
  double timeout_seconds = std::numeric_limits<double>::infinity();  ///< of one run
  double grace_seconds = 2.0;      ///< between SIGTERM and SIGKILL, for what is stopped
  std::uint64_t memory_bytes = 0;  ///< cap for all processes of a run together; 0 for none
};

/// An executor whose jobs are runs of a program in any language. The payload of a job is made by `command_payload`.
///
/// The last value that the output (standard output and error) gives to a metric is its result; a line with a metric and
/// a step counter is a report. A program that ends with an exit code other than 0 or by a signal, runs longer than the
/// time-out, needs more than the memory cap, or lacks a metric is a failed trial with the reason; the last 4 kB of its
/// output stand in the trial's details as "output". One that is told to stop (by a scheduler, at the deadline, on an
/// interrupt) counts with the values it has printed by then.
///
/// Whatever a program leaves running is killed when it ends, also processes that left its process group or session, and
/// also when the executor's own process is killed. What another service starts for it (a container, a remote machine,
/// a job of systemd) is out of reach.
///
/// Throws `InputError` for a command that cannot be (see `CommandTemplate`) and a program that is not there.
std::unique_ptr<Executor> make_command_executor(const CommandExecutorOptions& options);

/// Where a trial comes from that continues others.
struct CommandLineage {
  ContinuedTrial continues;
  std::int64_t first = 0;  ///< the trial with which its configuration was begun
};

/// The payload of a trial's job; with the lineage of one that continues another.
Json command_payload(const Trial& trial, const std::optional<CommandLineage>& lineage = {});

/// The seed that the program of a trial is given, below 2^31: one for all trials that continue the same `first`.
std::uint64_t command_seed(std::uint64_t study_seed, std::int64_t first);

/// The counter in a program's output that counts along an axis: "epoch" for "epochs". Then reports are the lines with
/// this counter. Empty for an axis that none of the counters names; then they are those with any.
std::string counter_of(const std::string& axis);

}  // namespace nascent
