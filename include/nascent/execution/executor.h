#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nascent/execution/job.h"

namespace nascent {

/// A job has reported and waits for the answer (`Executor::answer`).
struct JobReported {
  std::int64_t id;
  Report report;
};

/// A job has ended. Its slot has been free since.
struct JobEnded {
  std::int64_t id;
  JobOutcome outcome;
};

using ExecutorEvent = std::variant<JobReported, JobEnded>;

/// The reason of a job that was ended at its hard deadline.
inline constexpr std::string_view kKilledAtDeadline = "killed at the deadline";

/// Runs jobs on a fixed number of slots. Made, used and destroyed in one thread.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual std::size_t slots() const = 0;
  /// Slots without a job. A job holds its slot until `wait` has returned its end, so that nobody asks for the next
  /// trial before the last one was heard of.
  virtual std::size_t free_slots() const = 0;
  /// Requires a free slot.
  virtual void submit(Job job) = 0;
  /// Answers a report: go on, or stop. Without effect if the job has ended meanwhile.
  virtual void answer(std::int64_t id, bool go_on) = 0;
  /// Asks a job to stop soon; it still ends with a `JobEnded`. `kill_at` brings its hard deadline forward. Without
  /// effect if the job has ended meanwhile.
  virtual void cancel(std::int64_t id, Deadline kill_at) = 0;
  void cancel(std::int64_t id) { cancel(id, Deadline::never()); }
  /// The next event, waiting for at most `seconds`; nothing if there is none by then.
  virtual std::optional<ExecutorEvent> wait(double seconds) = 0;
};

struct ProcessExecutorOptions {
  std::vector<std::string> command;  ///< program and arguments of a worker; it calls `serve_jobs`
  std::size_t workers = 1;
  std::uint64_t memory_bytes = 0;  ///< cap for each worker's own (not shared) memory; 0 for none
  double hang_seconds = 120.0;     ///< a worker that gives no sign of life for so long (see `JobContext`) is killed
  std::filesystem::path log_folder = {};  ///< what worker n prints is appended to `worker-n.log` there (n from 1); made
                                          ///< if needed. Empty: it goes to the standard error of this process
};

/// One process a slot, all started at once. A worker that dies is replaced when its slot is next used; its job ends as
/// `kCrashed` with the reason and the last line that the worker printed, e.g. "worker killed by signal 6 (Aborted):
/// ...". Above the memory cap an allocation fails in the worker (`kFailed`, the worker lives), or the worker is killed
/// (`kCrashed`); the reason is the same: "out of memory: needs more than 800 MB (--memory)".
///
/// Workers are process groups of their own, so that Ctrl-C reaches this process only; they end with it however it ends.
/// Destroying the executor ends all workers. `submit` and `wait` throw `SystemError` naming the command, and what it
/// printed, when workers cannot be started: no such program, or three in a row that ended before they were ready.
std::unique_ptr<Executor> make_process_executor(ProcessExecutorOptions options);

/// One thread a slot, for objectives inside the calling program. `make_handler` is called once in each thread; what it
/// throws is thrown by `wait`. A thread cannot be killed: hard deadlines and memory caps do not apply, and destroying
/// the executor cancels the jobs and waits for them.
std::unique_ptr<Executor> make_thread_executor(std::size_t threads,
                                               std::function<std::unique_ptr<JobHandler>()> make_handler);

/// The worker's side: takes jobs from the socket that its executor left on standard input, runs them one after the
/// other and sends back what comes of them, until the socket closes. Everything printed to standard output goes to
/// standard error. Returns the exit code of the program.
int serve_jobs(JobHandler& handler);

}  // namespace nascent
