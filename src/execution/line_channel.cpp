#include "execution/line_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace nascent {
namespace {

void wait_for(int fd, short events) {
  pollfd entry{fd, events, 0};
  while (::poll(&entry, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

void LineChannel::receive() {
  char buffer[1 << 16];
  while (!closed_) {
    const ssize_t got = ::recv(fd(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) {
      incoming_.append(buffer, static_cast<std::size_t>(got));
      if (static_cast<std::size_t>(got) < sizeof buffer) return;  // the rest, if any, wakes the next poll
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      return;
    } else {
      closed_ = true;  // an orderly end, or a reset by a process that died with unread input
    }
  }
}

std::optional<std::string> LineChannel::next_line() {
  const std::size_t end = incoming_.find('\n', scanned_);
  if (end == std::string::npos) {
    incoming_.erase(0, taken_);
    taken_ = 0;
    scanned_ = incoming_.size();
    return std::nullopt;
  }
  std::string line = incoming_.substr(taken_, end - taken_);
  taken_ = scanned_ = end + 1;
  return line;
}

void LineChannel::queue(std::string_view line) {
  outgoing_.append(line);
  outgoing_.push_back('\n');
}

void LineChannel::flush() {
  while (!closed_ && has_unsent()) {
    const ssize_t count = ::send(fd(), outgoing_.data() + sent_, outgoing_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) {
      sent_ += static_cast<std::size_t>(count);
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      return;
    } else {
      // What the other side sent before it went away may still wait to be read: `receive` finds the end.
      break;
    }
  }
  outgoing_.clear();
  sent_ = 0;
}

std::optional<std::string> LineChannel::wait_line() {
  for (;;) {
    if (auto line = next_line()) return line;
    if (closed_) return std::nullopt;
    wait_for(fd(), POLLIN);
    receive();
  }
}

void LineChannel::send_now(std::string_view line) {
  queue(line);
  flush();
  while (has_unsent()) {
    wait_for(fd(), POLLOUT);
    flush();
  }
}

}  // namespace nascent
