#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "execution/descriptor.h"

namespace nascent {

/// One end of a stream socket that carries lines of text both ways.
///
/// Nothing blocks but `wait_line` and `send_now`. A side that only ever queues and flushes (the coordinator) can
/// therefore never deadlock with a side that blocks (the worker), however long the lines are. Writing to a closed
/// socket raises no SIGPIPE: it is seen as `closed`.
class LineChannel {
 public:
  explicit LineChannel(Descriptor socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  /// The other side is gone. Lines received before can still be taken.
  bool closed() const { return closed_; }

  /// Takes in what has arrived.
  void receive();
  /// The oldest whole line that has not been taken yet, without its line break.
  std::optional<std::string> next_line();

  /// Adds a line to what is to be sent.
  void queue(std::string_view line);
  /// Sends as much as the socket takes at once.
  void flush();
  bool has_unsent() const { return sent_ < outgoing_.size(); }

  /// The next line, as long as it takes; nothing once the other side has closed and all lines are taken.
  std::optional<std::string> wait_line();
  /// Queues a line and returns when everything is sent or the other side is gone.
  void send_now(std::string_view line);

 private:
  Descriptor socket_;
  bool closed_ = false;
  std::string incoming_;
  std::size_t taken_ = 0;    ///< bytes of `incoming_` that have been handed out
  std::size_t scanned_ = 0;  ///< bytes of `incoming_` known to hold no further line break
  std::string outgoing_;
  std::size_t sent_ = 0;
};

}  // namespace nascent
