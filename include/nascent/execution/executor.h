#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "nascent/execution/job.h"

namespace nascent {

/// A job has reported and waits for the answer (`Executor::answer`).
struct JobReported {
  std::int64_t id;
  Report report;
};

/// A job has ended. Its slot is free again.
struct JobEnded {
  std::int64_t id;
  JobOutcome outcome;
};

using ExecutorEvent = std::variant<JobReported, JobEnded>;

/// Runs jobs on a fixed number of slots. Used from one thread.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual std::size_t slots() const = 0;
  virtual std::size_t free_slots() const = 0;
  /// Requires a free slot.
  virtual void submit(Job job) = 0;
  /// Answers a report: go on, or stop.
  virtual void answer(std::int64_t id, bool go_on) = 0;
  /// Asks a job to stop soon; it still ends with a `JobEnded`.
  virtual void cancel(std::int64_t id) = 0;
  /// The next event, waiting for at most `seconds`; nothing if there is none by then.
  virtual std::optional<ExecutorEvent> wait(double seconds) = 0;
};

struct ProcessExecutorOptions {
  std::vector<std::string> command;   ///< program and arguments of a worker; it calls `serve_jobs`
  std::size_t workers = 1;
  std::uint64_t memory_bytes = 0;     ///< cap for each worker's own (not shared) memory; 0 for none
  double hang_seconds = 120.0;        ///< a worker that says nothing for so long is killed
  std::filesystem::path log_folder;   ///< standard error of worker n goes to `worker-n.log` there
};

/// One process a slot. A worker that dies is replaced when its slot is next used; its job ends as `kCrashed` with the
/// reason. Destroying the executor ends all workers.
std::unique_ptr<Executor> make_process_executor(ProcessExecutorOptions options);

/// One thread a slot, for objectives inside the calling program. `make_handler` is called once in each thread. A thread
/// cannot be killed: hard deadlines and memory caps do not apply.
std::unique_ptr<Executor> make_thread_executor(std::size_t threads,
                                               std::function<std::unique_ptr<JobHandler>()> make_handler);

/// The worker's side: reads jobs from standard input, runs them one after the other and writes to standard output, until
/// the input closes. Whatever else the process prints to standard output is sent to standard error. Returns the exit code.
int serve_jobs(JobHandler& handler);

}  // namespace nascent
