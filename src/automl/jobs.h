#pragma once

#include <functional>
#include <map>
#include <vector>

#include "nascent/core/deadline.h"
#include "nascent/execution/executor.h"

namespace nascent {

struct JobRunOptions {
  Deadline deadline;  ///< jobs should end by it, and are killed `grace_seconds` later
  double grace_seconds = 1.0;
  std::function<void(const JobReported&)> on_report;  ///< may be empty
  std::function<void(std::int64_t id)> on_start;      ///< may be empty
  std::function<bool()> interrupted;                  ///< may be empty; true cancels what runs and starts nothing more
  std::function<void()> tick;                         ///< may be empty; called several times a second
};

/// A job without its deadlines.
struct PlainJob {
  std::int64_t id;
  Json payload;
};

/// Runs jobs on the slots of an executor, in order, until all have ended. Jobs that could not be started before the
/// deadline are missing in the result.
std::map<std::int64_t, JobOutcome> run_jobs(Executor& executor, const std::vector<PlainJob>& jobs,
                                            const JobRunOptions& options);

}  // namespace nascent
