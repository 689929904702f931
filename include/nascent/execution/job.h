#pragma once

#include <cstdint>
#include <string>

#include "nascent/core/deadline.h"
#include "nascent/core/json.h"
#include "nascent/trial/trial.h"

namespace nascent {

/// A piece of work for a worker. The payload says what; the executor does not look into it.
struct Job {
  std::int64_t id = 0;  ///< chosen by the submitter, unique among the jobs under way
  Json payload;
  Deadline soft_deadline = {};  ///< the worker should finish by itself with what it has by then
  Deadline hard_deadline = {};  ///< the executor ends the worker by then
};

/// How a job ended.
struct JobOutcome {
  enum class Kind {
    kDone,     ///< `result` is there
    kFailed,   ///< the handler reported an error: `reason`
    kCrashed,  ///< the worker died, ran out of memory, hung or outlived the hard deadline: `reason`
  };
  Kind kind = Kind::kFailed;
  Json result;
  std::string reason;
  double seconds = 0.0;  ///< from hand-over to the end
  bool asked_to_stop =
      false;  ///< the handler was told to stop (`report` false or `should_stop` true) before it returned
};

/// What a handler sees of the world while it works. Used from the worker's own thread only.
class JobContext {
 public:
  virtual ~JobContext() = default;
  /// Tells the coordinator how far the trial is, and waits for its word. False: stop now and return what there is; also
  /// when `should_stop` would say so.
  virtual bool report(const Report& report) = 0;
  /// True once the soft deadline has passed or the job was cancelled. Cheap (a look at the clock): call it for every
  /// batch. In a worker process it is also the sign of life: a job that calls neither this nor `report` for
  /// `ProcessExecutorOptions::hang_seconds` is taken for hung.
  virtual bool should_stop() = 0;
  /// The soft deadline of the job.
  virtual Deadline deadline() const = 0;
};

/// Does jobs: called in a worker. An exception derived from `std::exception` fails the job with its text.
class JobHandler {
 public:
  virtual ~JobHandler() = default;
  virtual Json run(const Json& payload, JobContext& context) = 0;
};

}  // namespace nascent
