#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "nascent/execution/job.h"

/// What a coordinator and its workers say to each other: one JSON object a line. The first key of each message names
/// it.
///
///     to the worker                                     from the worker
///     {"hello": 1, "memory_bytes": 838860800, ...}      {"ready": 1}
///     {"job": 7, "payload": ..., "soft_deadline": 12.5} {"alive": 7}
///     {"answer": 7, "go_on": true}                      {"report": 7, "step": 1, "metrics": {...}, "cost_seconds":
///     0.5}
///     {"cancel": 7}                                     {"ended": 7, "kind": "done", "result": ..., ...}
///
/// JSON knows no NaN and no infinity; such numbers travel as {"#": "nan"}, {"#": "inf"} and {"#": "-inf"}, so that what
/// a handler returns is what its coordinator gets.
namespace nascent::protocol {

constexpr int kVersion = 1;

struct Hello {
  std::uint64_t memory_bytes = 0;      ///< the cap of the worker's own memory, 0 for none
  double seconds_between_signs = 1.0;  ///< how often a job that has nothing to say says that it is alive
};
struct Start {
  std::int64_t id = 0;
  Json payload;
  Deadline soft_deadline;
};
struct Answer {
  std::int64_t id = 0;
  bool go_on = true;
};
struct Cancel {
  std::int64_t id = 0;
};
using ToWorker = std::variant<Hello, Start, Answer, Cancel>;

struct Ready {};
/// The job is under way and has nothing to say.
struct Alive {
  std::int64_t id = 0;
};
struct Reported {
  std::int64_t id = 0;
  Report report;
};
struct Ended {
  std::int64_t id = 0;
  JobOutcome outcome;
};
using FromWorker = std::variant<Ready, Alive, Reported, Ended>;

/// One line without its line break. Text that is not UTF-8 is made so.
std::string encode(const ToWorker& message);
std::string encode(const FromWorker& message);

/// Throws `InternalError` that quotes the line if it is not a message of this version.
ToWorker decode_to_worker(std::string_view line);
FromWorker decode_from_worker(std::string_view line);

}  // namespace nascent::protocol
