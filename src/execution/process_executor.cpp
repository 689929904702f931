#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <memory>
#include <thread>
#include <variant>

#include "execution/protocol.h"
#include "execution/run_handler.h"
#include "execution/worker_process.h"
#include "nascent/core/error.h"
#include "nascent/execution/executor.h"

namespace nascent {
namespace {

constexpr double kSecondsBetweenWatches = 0.2;  ///< of memory, of signs of life
constexpr int kMostFailedStarts = 3;            ///< in a row, before it is taken for hopeless
constexpr double kSecondsToEnd = 0.5;           ///< for workers to end by themselves at the end

/// A job that a slot has and that has not ended.
struct RunningJob {
  Job job;
  Stopwatch since;
  bool cancelled = false;
  bool waits_for_answer = false;  ///< then it is not its turn to speak
};

/// One place for a worker, and the job it has.
struct Slot {
  std::unique_ptr<WorkerProcess> worker;  ///< none after a death, until the slot is used again
  bool ready = false;                     ///< the worker has said so
  Stopwatch silent;            ///< since the worker's last sign of life, or since it was given something to do
  std::uint64_t log_from = 0;  ///< where the log stood when the worker was given what it now does
  std::optional<RunningJob> running;

  void send(const protocol::ToWorker& message) {
    worker->channel().queue(protocol::encode(message));
    worker->channel().flush();
  }
};

class ProcessExecutor : public Executor {
 public:
  explicit ProcessExecutor(ProcessExecutorOptions options) : options_(std::move(options)), slots_(options_.workers) {
    if (options_.workers == 0) throw InternalError("a process executor needs at least one worker");
    if (!options_.log_folder.empty()) {
      std::error_code error;
      std::filesystem::create_directories(options_.log_folder, error);
      if (error) throw SystemError("cannot make the folder " + options_.log_folder.string() + ": " + error.message());
    }
    for (Slot& slot : slots_) launch(slot);
  }

  /// Workers without a job end at once when their socket closes; the others get a moment, then they are killed.
  ~ProcessExecutor() override {
    std::vector<std::unique_ptr<WorkerProcess>> ending;
    for (Slot& slot : slots_) {
      if (slot.worker == nullptr) continue;
      slot.worker->channel() = LineChannel(Descriptor());
      ending.push_back(std::move(slot.worker));
    }
    const Deadline patience = Deadline::in(kSecondsToEnd);
    for (;;) {
      std::erase_if(ending, [](const auto& worker) { return worker->has_died(); });
      if (ending.empty() || patience.passed()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  std::size_t slots() const override { return slots_.size(); }

  std::size_t free_slots() const override {
    return static_cast<std::size_t>(std::ranges::count_if(slots_, [](const Slot& slot) { return !slot.running; }));
  }

  void submit(Job job) override {
    Slot& slot = slot_for_new_job();
    if (slot.worker != nullptr && slot.worker->has_died()) {
      if (!slot.ready) count_failed_start(slot);
      slot.worker = nullptr;
    }
    if (slot.worker == nullptr) launch(slot);
    slot.running.emplace(RunningJob{.job = std::move(job), .since = {}});
    hand_over(slot);
  }

  void answer(std::int64_t id, bool go_on) override {
    Slot* slot = slot_of(id);
    if (slot == nullptr) return;
    slot->running->waits_for_answer = false;
    slot->silent = {};
    if (slot->worker != nullptr) slot->send(protocol::Answer{id, go_on});
  }

  void cancel(std::int64_t id, Deadline kill_at) override {
    Slot* slot = slot_of(id);
    if (slot == nullptr) return;
    slot->running->job.hard_deadline = earlier(slot->running->job.hard_deadline, kill_at);
    if (std::exchange(slot->running->cancelled, true)) return;
    if (slot->worker != nullptr) slot->send(protocol::Cancel{id});
  }

  std::optional<ExecutorEvent> wait(double seconds) override {
    const Deadline until = Deadline::in(seconds);
    while (events_.empty()) {
      const double left = until.remaining();
      listen(std::clamp(left, 0.0, seconds_to_next_watch()));
      // After listening, so that a result that has arrived counts even if this process was away for a while.
      watch();
      if (left <= 0.0) break;
    }
    if (events_.empty()) return std::nullopt;
    ExecutorEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

 private:
  void launch(Slot& slot) {
    std::filesystem::path log;
    if (!options_.log_folder.empty()) {
      log = options_.log_folder / ("worker-" + std::to_string(&slot - slots_.data() + 1) + ".log");
    }
    slot.worker = std::make_unique<WorkerProcess>(options_.command, log);
    slot.ready = false;
    slot.silent = {};
    slot.log_from = slot.worker->log_begin();
    // Several signs of life in the time that is taken for hung, and no more than one a second.
    slot.send(protocol::Hello{options_.memory_bytes, std::min(1.0, options_.hang_seconds / 5.0)});
  }

  /// Gives the slot's job to its worker.
  void hand_over(Slot& slot) {
    const RunningJob& running = *slot.running;
    slot.silent = {};
    if (slot.ready) slot.log_from = slot.worker->log_position();
    slot.send(protocol::Start{running.job.id, running.job.payload, running.job.soft_deadline});
    if (running.cancelled) slot.send(protocol::Cancel{running.job.id});
  }

  /// A free slot, one with a worker that is ready if there is one.
  Slot& slot_for_new_job() {
    Slot* best = nullptr;
    for (Slot& slot : slots_) {
      if (slot.running) continue;
      if (slot.worker != nullptr && slot.ready) return slot;
      if (best == nullptr) best = &slot;
    }
    if (best == nullptr) throw InternalError("a job was submitted without a free slot");
    return *best;
  }

  Slot* slot_of(std::int64_t id) {
    for (Slot& slot : slots_) {
      if (slot.running && slot.running->job.id == id) return &slot;
    }
    return nullptr;
  }

  double seconds_to_next_watch() const {
    double seconds = kSecondsBetweenWatches;
    for (const Slot& slot : slots_) {
      if (slot.running) seconds = std::min(seconds, std::max(0.0, slot.running->job.hard_deadline.remaining()));
    }
    return seconds;
  }

  /// Waits for workers to say something or to take more of what is to be sent, and takes in all there is.
  void listen(double seconds) {
    polled_.clear();
    for (const Slot& slot : slots_) {
      // poll() skips negative descriptors.
      pollfd entry{-1, POLLIN, 0};
      if (slot.worker != nullptr) {
        entry.fd = slot.worker->channel().fd();
        if (slot.worker->channel().has_unsent()) entry.events |= POLLOUT;
      }
      polled_.push_back(entry);
    }
    // Up to the next millisecond: waking too early would only poll once more.
    const int count = ::poll(polled_.data(), polled_.size(), static_cast<int>(std::ceil(seconds * 1e3)));
    if (count <= 0) return;  // nothing in time, or a signal
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (polled_[i].revents == 0) continue;
      if ((polled_[i].revents & POLLOUT) != 0) slots_[i].worker->channel().flush();
      if ((polled_[i].revents & ~POLLOUT) != 0) hear(slots_[i]);
    }
  }

  void hear(Slot& slot) {
    LineChannel& channel = slot.worker->channel();
    channel.receive();
    while (const auto line = channel.next_line()) {
      try {
        slot.silent = {};
        heard(slot, protocol::decode_from_worker(*line));
      } catch (const InternalError& error) {
        slot.worker->kill();
        worker_is_gone(slot, std::string("the worker's answer is ") + error.what());
        return;
      }
    }
    if (channel.closed()) {
      std::string how = slot.worker->bury();
      worker_is_gone(slot, how + slot.worker->last_words(slot.log_from));
    }
  }

  void heard(Slot& slot, protocol::FromWorker message) {
    if (std::holds_alternative<protocol::Ready>(message)) {
      slot.ready = true;
      failed_starts_ = 0;
    } else if (auto* reported = std::get_if<protocol::Reported>(&message)) {
      if (!slot.running || slot.running->job.id != reported->id) return;
      slot.running->waits_for_answer = true;
      events_.emplace_back(JobReported{reported->id, std::move(reported->report)});
    } else if (auto* ended = std::get_if<protocol::Ended>(&message)) {
      if (!slot.running || slot.running->job.id != ended->id) return;
      end_job(slot, std::move(ended->outcome));
    }
  }

  void end_job(Slot& slot, JobOutcome outcome) {
    outcome.seconds = slot.running->since.seconds();
    events_.emplace_back(JobEnded{slot.running->job.id, std::move(outcome)});
    slot.running.reset();
  }

  /// The worker has died. Its job has crashed, unless the worker never got so far as to take it: then the next one
  /// does.
  void worker_is_gone(Slot& slot, std::string reason) {
    if (!slot.ready) {
      count_failed_start(slot);
      slot.worker = nullptr;
      if (!slot.running) return;
      launch(slot);
      hand_over(slot);
      return;
    }
    slot.worker = nullptr;
    if (!slot.running) return;
    JobOutcome outcome;
    outcome.kind = JobOutcome::Kind::kCrashed;
    outcome.reason = std::move(reason);
    end_job(slot, std::move(outcome));
  }

  /// Throws when starting workers has become hopeless.
  void count_failed_start(Slot& slot) {
    const std::string how = slot.worker->bury() + slot.worker->last_words(slot.log_from);
    if (++failed_starts_ < kMostFailedStarts) return;
    failed_starts_ = 0;
    slot.worker = nullptr;
    throw SystemError("cannot start the worker `" + shown(options_.command) + "`, which ended " +
                      std::to_string(kMostFailedStarts) + " times before it was ready: " + how);
  }

  /// Ends what has outlived its deadline, outgrown its memory or gone silent.
  void watch() {
    const bool is_time = watched_.seconds() >= kSecondsBetweenWatches;
    if (is_time) watched_ = {};
    for (Slot& slot : slots_) {
      if (slot.worker == nullptr || (!slot.running && slot.ready)) continue;
      if (slot.running && slot.running->job.hard_deadline.passed()) {
        end_worker(slot, std::string(kKilledAtDeadline));
      } else if (is_time) {
        watch(slot);
      }
    }
  }

  void watch(Slot& slot) {
    const bool may_be_silent = slot.running && slot.running->waits_for_answer;
    if (!may_be_silent && slot.silent.seconds() > options_.hang_seconds) {
      const std::string silence = fmt::format("said nothing for {:g} s", options_.hang_seconds);
      if (!slot.ready) {
        slot.worker->kill();
        throw SystemError("cannot start the worker `" + shown(options_.command) + "`: it " + silence);
      }
      end_worker(slot, "hung: " + silence);
    } else if (options_.memory_bytes != 0 && slot.worker->memory().value_or(0) > options_.memory_bytes) {
      end_worker(slot, out_of_memory_reason(options_.memory_bytes));
    } else if (slot.worker->has_died()) {
      // Seen here only if a process that the worker left behind holds the socket open.
      const WorkerProcess* dead = slot.worker.get();
      hear(slot);
      if (slot.worker.get() == dead) worker_is_gone(slot, slot.worker->bury() + slot.worker->last_words(slot.log_from));
    }
  }

  /// Kills the worker and ends its job for the reason given.
  void end_worker(Slot& slot, std::string reason) {
    slot.worker->kill();
    slot.worker = nullptr;
    if (!slot.running) return;
    JobOutcome outcome;
    outcome.kind = JobOutcome::Kind::kCrashed;
    outcome.reason = std::move(reason);
    end_job(slot, std::move(outcome));
  }

  ProcessExecutorOptions options_;
  std::vector<Slot> slots_;
  std::deque<ExecutorEvent> events_;
  std::vector<pollfd> polled_;
  Stopwatch watched_;
  int failed_starts_ = 0;
};

}  // namespace

std::unique_ptr<Executor> make_process_executor(ProcessExecutorOptions options) {
  return std::make_unique<ProcessExecutor>(std::move(options));
}

}  // namespace nascent
