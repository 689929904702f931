#include "execution/run_handler.h"

#include <fmt/format.h>

#include <exception>
#include <new>
#include <string_view>

namespace nascent {
namespace {

/// Libraries append stack traces to their messages; a reason is one line.
std::string first_line(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return "an error without a message";
  text.remove_prefix(begin);
  text = text.substr(0, text.find('\n'));
  constexpr std::size_t kLongest = 500;
  return std::string(text.substr(0, kLongest));
}

/// libtorch's and XGBoost's allocators turn a refused allocation into exceptions of their own.
bool speaks_of_refused_memory(std::string_view text) {
  return text.find("not enough memory") != std::string_view::npos || text.find("bad_alloc") != std::string_view::npos;
}

JobOutcome failed(std::string reason) {
  JobOutcome outcome;
  outcome.kind = JobOutcome::Kind::kFailed;
  outcome.reason = std::move(reason);
  return outcome;
}

}  // namespace

std::string out_of_memory_reason(std::uint64_t memory_bytes) {
  if (memory_bytes == 0) return "out of memory";
  // In the units of the option (1 MB = 1024 * 1024 bytes), so that the number is the one the user gave.
  return fmt::format("out of memory: needs more than {:.0f} MB (--memory)",
                     static_cast<double>(memory_bytes) / (1 << 20));
}

JobOutcome run_handler(JobHandler& handler, const Json& payload, JobContext& context, std::uint64_t memory_bytes) {
  try {
    JobOutcome outcome;
    outcome.result = handler.run(payload, context);
    outcome.kind = JobOutcome::Kind::kDone;
    return outcome;
  } catch (const std::bad_alloc&) {
    return failed(out_of_memory_reason(memory_bytes));
  } catch (const std::exception& error) {
    if (speaks_of_refused_memory(error.what())) return failed(out_of_memory_reason(memory_bytes));
    return failed(first_line(error.what()));
  } catch (...) {
    return failed("an exception that is not a std::exception");
  }
}

}  // namespace nascent
