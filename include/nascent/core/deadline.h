#pragma once

#include <chrono>
#include <limits>

namespace nascent {

/// The clock of all deadlines: monotonic, and the same for all processes of one machine since boot.
using Clock = std::chrono::steady_clock;

/// Seconds since the clock's epoch; what is sent to a worker process.
inline double seconds_of(Clock::time_point at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); }

/// A moment that work must respect; by default there is none.
class Deadline {
 public:
  Deadline() = default;
  static Deadline in(double seconds) { return at(seconds_of(Clock::now()) + seconds); }
  /// `clock_seconds` as given by `seconds_of`; infinity means never.
  static Deadline at(double clock_seconds) {
    Deadline deadline;
    deadline.at_ = clock_seconds;
    return deadline;
  }
  static Deadline never() { return {}; }

  double clock_seconds() const { return at_; }
  bool exists() const { return at_ < std::numeric_limits<double>::infinity(); }
  /// Seconds left: negative once it has passed, infinity if there is none.
  double remaining() const { return exists() ? at_ - seconds_of(Clock::now()) : at_; }
  bool passed() const { return exists() && remaining() <= 0.0; }
  /// The earlier of two.
  friend Deadline earlier(Deadline a, Deadline b) { return a.at_ < b.at_ ? a : b; }

 private:
  double at_ = std::numeric_limits<double>::infinity();
};

/// Measures elapsed seconds since its construction.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  Clock::time_point start_ = Clock::now();
};

}  // namespace nascent
