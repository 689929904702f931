#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <variant>

#include "execution/line_channel.h"
#include "execution/process_memory.h"
#include "execution/protocol.h"
#include "execution/run_handler.h"
#include "nascent/core/error.h"
#include "nascent/execution/executor.h"

namespace nascent {
namespace {

constexpr double kSecondsBetweenLooks = 0.005;  ///< at the socket, from `should_stop`

/// A job as its handler sees it.
class WorkerContext : public JobContext {
 public:
  WorkerContext(LineChannel& channel, std::int64_t id, Deadline deadline, double seconds_between_signs)
      : channel_(channel), id_(id), deadline_(deadline), seconds_between_signs_(seconds_between_signs) {}

  bool report(const Report& report) override {
    channel_.send_now(protocol::encode(protocol::FromWorker(protocol::Reported{id_, report})));
    bool go_on = false;
    bool answered = false;
    while (!answered) {
      const auto line = channel_.wait_line();
      if (!line) break;
      const auto message = protocol::decode_to_worker(*line);
      const auto* answer = std::get_if<protocol::Answer>(&message);
      if (answer != nullptr && answer->id == id_) {
        answered = true;
        go_on = answer->go_on;
      } else {
        take(message);
      }
    }
    spoke_at_ = seconds_of(Clock::now());
    if (!go_on) asked_to_stop_ = true;
    return go_on && !should_stop();
  }

  bool should_stop() override {
    if (cancelled_) return asked_to_stop_ = true;
    const double now = seconds_of(Clock::now());
    if (now >= looked_at_ + kSecondsBetweenLooks) {
      looked_at_ = now;
      look();
      if (now >= spoke_at_ + seconds_between_signs_) {
        spoke_at_ = now;
        channel_.send_now(protocol::encode(protocol::FromWorker(protocol::Alive{id_})));
      }
    }
    if (cancelled_ || now >= deadline_.clock_seconds()) asked_to_stop_ = true;
    return cancelled_ || now >= deadline_.clock_seconds();
  }

  Deadline deadline() const override { return deadline_; }
  bool asked_to_stop() const { return asked_to_stop_; }

 private:
  void look() {
    channel_.receive();
    while (const auto line = channel_.next_line()) take(protocol::decode_to_worker(*line));
    if (channel_.closed()) cancelled_ = true;
  }

  /// Only a `Cancel` of this job matters; one for a job that ended before it arrived is stale.
  void take(const protocol::ToWorker& message) {
    const auto* cancel = std::get_if<protocol::Cancel>(&message);
    if (cancel != nullptr && cancel->id == id_) cancelled_ = true;
  }

  LineChannel& channel_;
  std::int64_t id_;
  Deadline deadline_;
  double seconds_between_signs_;
  bool cancelled_ = false;
  bool asked_to_stop_ = false;
  double looked_at_ = 0.0;
  double spoke_at_ = seconds_of(Clock::now());
};

/// Moves the socket away from standard input, where a library or a child process might read from it.
Descriptor take_socket() {
  Descriptor socket(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (nothing) ::dup2(nothing.get(), STDIN_FILENO);
  return socket;
}

void run_job(LineChannel& channel, JobHandler& handler, const protocol::Start& start, const protocol::Hello& hello) {
  const Stopwatch stopwatch;
  WorkerContext context(channel, start.id, start.soft_deadline, hello.seconds_between_signs);
  protocol::Ended ended{start.id, run_handler(handler, start.payload, context, hello.memory_bytes)};
  ended.outcome.asked_to_stop = context.asked_to_stop();
  // Gives the memory that malloc holds back to the system, or it would be held against the next job. Not after tiny
  // jobs: it takes some ten microseconds or more.
  if (stopwatch.seconds() > 0.01) ::malloc_trim(0);
  channel.send_now(protocol::encode(protocol::FromWorker(std::move(ended))));
}

}  // namespace

int serve_jobs(JobHandler& handler) {
  struct stat input {};
  if (::fstat(STDIN_FILENO, &input) != 0 || !S_ISSOCK(input.st_mode)) {
    std::fputs("this program is a worker: it is started by another one, which talks to it over standard input\n",
               stderr);
    return 2;
  }
  std::fflush(stdout);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // what was printed last must be in the log when the process crashes
  LineChannel channel(take_socket());

  protocol::Hello hello;
  while (const auto line = channel.wait_line()) {
    const auto message = protocol::decode_to_worker(*line);
    if (const auto* greeting = std::get_if<protocol::Hello>(&message)) {
      hello = *greeting;
      if (hello.memory_bytes != 0) limit_own_memory(hello.memory_bytes);
      channel.send_now(protocol::encode(protocol::FromWorker(protocol::Ready{})));
    } else if (const auto* start = std::get_if<protocol::Start>(&message)) {
      run_job(channel, handler, *start, hello);
    }
  }
  return 0;
}

}  // namespace nascent
