#include "store/packed_trial.h"

#include "nascent/trial/bytes.h"
#include "nascent/trial/packed_configuration.h"
#include "store/record_text.h"

namespace nascent {
namespace {

// What stands in the log, by its first byte.
constexpr std::uint8_t kReport = 1;
constexpr std::uint8_t kEnd = 2;

/// Zero for none.
void write_optional(ByteWriter& out, const std::optional<std::int64_t>& number) {
  out.natural(number ? static_cast<std::uint64_t>(*number) + 1 : 0);
}

std::optional<std::int64_t> read_optional(ByteReader& in) {
  const std::uint64_t stored = in.natural();
  if (stored == 0) return {};
  return static_cast<std::int64_t>(stored - 1);
}

Report read_report(ByteReader& in) {
  Report report;
  report.step = in.integer();
  report.metrics = in.numbers();
  report.cost_seconds = in.real();
  return report;
}

void read_end(ByteReader& in, Trial& trial) {
  trial.state = static_cast<TrialState>(in.byte());
  trial.metrics = in.numbers();
  trial.reason = in.text();
  const std::string details = in.text();
  if (!details.empty()) trial.details = Json::parse(details);
  trial.cost_seconds = in.real();
}

}  // namespace

std::string packed_start(const SearchSpace& space, const Trial& trial) {
  std::string log;
  ByteWriter out(log);
  out.text(pack(space, trial.configuration));
  out.numbers(trial.fidelity);
  write_optional(out, trial.parent);
  write_optional(out, trial.retry_of);
  write_optional(out, trial.continues);
  out.text(trial.origin);
  out.real(trial.started_seconds);
  return log;
}

void append_report(std::string& log, const Report& report) {
  ByteWriter out(log);
  out.byte(kReport);
  out.integer(report.step);
  out.numbers(report.metrics);
  out.real(report.cost_seconds);
}

void append_end(std::string& log, const Trial& trial) {
  ByteWriter out(log);
  out.byte(kEnd);
  out.byte(static_cast<std::uint8_t>(trial.state));
  out.numbers(trial.metrics);
  out.text(trial.reason);
  out.text(trial.details.is_null() ? "" : text_of(trial.details));
  out.real(trial.cost_seconds);
}

Trial unpack_trial(const SearchSpace& space, std::int64_t number, std::string_view log) {
  ByteReader in(log);
  Trial trial;
  trial.number = number;
  trial.configuration = unpack(space, in.text());
  trial.fidelity = in.numbers();
  trial.parent = read_optional(in);
  trial.retry_of = read_optional(in);
  trial.continues = read_optional(in);
  trial.origin = in.text();
  trial.started_seconds = in.real();
  while (!in.empty()) {
    if (in.byte() == kReport) {
      trial.reports.push_back(read_report(in));
    } else {
      read_end(in, trial);
    }
  }
  return trial;
}

}  // namespace nascent
