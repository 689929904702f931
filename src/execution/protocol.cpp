#include "execution/protocol.h"

#include <cmath>
#include <limits>

#include "nascent/core/error.h"

namespace nascent::protocol {
namespace {

constexpr const char* kNotFinite = "#";

Json pack_number(double value) {
  if (std::isfinite(value)) return value;
  return {{kNotFinite, std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"}};
}

/// Replaces the numbers that JSON cannot write, at any depth.
void pack(Json& json) {
  if (json.is_number_float()) {
    if (!std::isfinite(json.get<double>())) json = pack_number(json.get<double>());
  } else if (json.is_structured()) {
    for (Json& child : json) pack(child);
  }
}

void unpack(Json& json) {
  if (json.is_object() && json.size() == 1 && json.contains(kNotFinite) && json.front().is_string()) {
    const std::string text = json.front();
    if (text == "nan") json = std::numeric_limits<double>::quiet_NaN();
    if (text == "inf") json = std::numeric_limits<double>::infinity();
    if (text == "-inf") json = -std::numeric_limits<double>::infinity();
  } else if (json.is_structured()) {
    for (Json& child : json) unpack(child);
  }
}

Json packed(Json json) {
  pack(json);
  return json;
}

Json take(Json& message, const char* key) {
  Json value = std::move(message.at(key));
  unpack(value);
  return value;
}

std::string line_of(const Json& message) { return message.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json json_of(const Hello& hello) {
  return {{"hello", kVersion},
          {"memory_bytes", hello.memory_bytes},
          {"seconds_between_signs", hello.seconds_between_signs}};
}
Json json_of(const Start& start) {
  Json message{{"job", start.id}, {"payload", packed(start.payload)}};
  if (start.soft_deadline.exists()) message["soft_deadline"] = start.soft_deadline.clock_seconds();
  return message;
}
Json json_of(const Answer& answer) { return {{"answer", answer.id}, {"go_on", answer.go_on}}; }
Json json_of(const Cancel& cancel) { return {{"cancel", cancel.id}}; }

Json json_of(const Ready&) { return {{"ready", kVersion}}; }
Json json_of(const Alive& alive) { return {{"alive", alive.id}}; }
Json json_of(const Reported& reported) {
  return {{"report", reported.id},
          {"step", reported.report.step},
          {"metrics", packed(Json(reported.report.metrics))},
          {"cost_seconds", pack_number(reported.report.cost_seconds)}};
}
Json json_of(const Ended& ended) {
  const JobOutcome& outcome = ended.outcome;
  return {{"ended", ended.id},
          {"kind", outcome.kind == JobOutcome::Kind::kDone ? "done" : "failed"},
          {"result", packed(outcome.result)},
          {"reason", outcome.reason},
          {"asked_to_stop", outcome.asked_to_stop}};
}

ToWorker to_worker(Json& message) {
  if (message.contains("hello") && message["hello"] == kVersion) {
    return Hello{message.at("memory_bytes"), message.at("seconds_between_signs")};
  }
  if (message.contains("job")) {
    const bool has_deadline = message.contains("soft_deadline");
    return Start{message["job"], take(message, "payload"),
                 has_deadline ? Deadline::at(message["soft_deadline"]) : Deadline::never()};
  }
  if (message.contains("answer")) return Answer{message["answer"], message.at("go_on")};
  return Cancel{message.at("cancel")};
}

FromWorker from_worker(Json& message) {
  if (message.contains("alive")) return Alive{message["alive"]};
  if (message.contains("report")) {
    const double cost = take(message, "cost_seconds").get<double>();
    return Reported{message["report"], Report{message.at("step"), take(message, "metrics").get<Metrics>(), cost}};
  }
  if (message.contains("ended")) {
    JobOutcome outcome;
    outcome.kind = message.at("kind") == "done" ? JobOutcome::Kind::kDone : JobOutcome::Kind::kFailed;
    outcome.result = take(message, "result");
    outcome.reason = message.at("reason");
    outcome.asked_to_stop = message.at("asked_to_stop");
    return Ended{message["ended"], std::move(outcome)};
  }
  if (message.at("ready") != kVersion) throw InternalError("another version");
  return Ready{};
}

template <typename Message>
Message decode(std::string_view line, Message (*read)(Json&)) {
  try {
    Json message = Json::parse(line);
    return read(message);
  } catch (const std::exception&) {
    const bool is_long = line.size() > 120;
    throw InternalError("not a message of version " + std::to_string(kVersion) + " of the worker's protocol: \"" +
                        std::string(line.substr(0, 120)) + (is_long ? "...\"" : "\""));
  }
}

}  // namespace

std::string encode(const ToWorker& message) {
  return line_of(std::visit([](const auto& m) { return json_of(m); }, message));
}
std::string encode(const FromWorker& message) {
  return line_of(std::visit([](const auto& m) { return json_of(m); }, message));
}

ToWorker decode_to_worker(std::string_view line) { return decode<ToWorker>(line, to_worker); }
FromWorker decode_from_worker(std::string_view line) { return decode<FromWorker>(line, from_worker); }

}  // namespace nascent::protocol
