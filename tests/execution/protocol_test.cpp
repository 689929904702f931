#include "execution/protocol.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nascent/core/error.h"

namespace nascent::protocol {
namespace {

template <typename Message>
Message sent_to_worker(const Message& message) {
  return std::get<Message>(decode_to_worker(encode(ToWorker(message))));
}

TEST(Protocol, a_message_is_one_line_and_comes_back_as_it_was) {
  const Start start{7, {{"text", "two\nlines"}, {"number", 0.1}}, Deadline::at(123.456)};
  EXPECT_EQ(encode(ToWorker(start)).find('\n'), std::string::npos);
  const Start back = sent_to_worker(start);
  EXPECT_EQ(back.id, 7);
  EXPECT_EQ(back.payload, start.payload);
  EXPECT_EQ(back.soft_deadline.clock_seconds(), 123.456);

  EXPECT_FALSE(sent_to_worker(Start{}).soft_deadline.exists());
  EXPECT_EQ(sent_to_worker(Hello{1ULL << 40, 0.25}).memory_bytes, 1ULL << 40);
  EXPECT_EQ(sent_to_worker(Hello{0, 0.25}).seconds_between_signs, 0.25);
  EXPECT_FALSE(sent_to_worker(Answer{3, false}).go_on);
  EXPECT_EQ(sent_to_worker(Cancel{-4}).id, -4);
}

TEST(Protocol, an_outcome_keeps_its_reason_and_whether_it_was_asked_to_stop) {
  JobOutcome outcome;
  outcome.kind = JobOutcome::Kind::kFailed;
  outcome.reason = "no \"depth\"";
  outcome.asked_to_stop = true;
  const auto back = std::get<Ended>(decode_from_worker(encode(FromWorker(Ended{9, outcome}))));
  EXPECT_EQ(back.id, 9);
  EXPECT_EQ(back.outcome.kind, JobOutcome::Kind::kFailed);
  EXPECT_EQ(back.outcome.reason, outcome.reason);
  EXPECT_TRUE(back.outcome.asked_to_stop);
}

TEST(Protocol, text_that_is_not_utf8_does_not_break_it) {
  JobOutcome outcome;
  outcome.reason = "caf\xe9 closed";
  const auto back = std::get<Ended>(decode_from_worker(encode(FromWorker(Ended{1, outcome}))));
  EXPECT_EQ(back.outcome.reason, "caf\xef\xbf\xbd closed");  // U+FFFD, the replacement character
}

TEST(Protocol, numbers_that_json_cannot_write_survive_at_any_depth) {
  const Json payload{{"deep", Json::array({Json{{"x", std::nan("")}}})}, {"#", "nan"}, {"plain", {{"#", "other"}}}};
  const Json back = sent_to_worker(Start{1, payload, {}}).payload;
  EXPECT_TRUE(std::isnan(back["deep"][0]["x"].get<double>()));
  EXPECT_EQ(back["#"], "nan");
  EXPECT_EQ(back["plain"], payload["plain"]);
}

TEST(Protocol, a_strange_line_is_quoted_in_the_error) {
  try {
    decode_from_worker("Segmentation fault");
    FAIL() << "it was taken for a message";
  } catch (const InternalError& error) {
    EXPECT_STREQ(error.what(), "not a message of version 1 of the worker's protocol: \"Segmentation fault\"");
  }
  EXPECT_THROW(decode_from_worker(R"({"ready": 2})"), InternalError);
  EXPECT_THROW(decode_to_worker(R"({"hello": 2, "memory_bytes": 0})"), InternalError);
  EXPECT_THROW(decode_to_worker("[]"), InternalError);
}

}  // namespace
}  // namespace nascent::protocol
