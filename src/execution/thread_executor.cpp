#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "execution/run_handler.h"
#include "nascent/core/error.h"
#include "nascent/execution/executor.h"

namespace nascent {
namespace {

/// What the threads and their coordinator share; everything below is read and written under the mutex.
struct Shared {
  /// How a job stands; from `submit` until `wait` gives its end away.
  struct State {
    Stopwatch since;
    bool cancelled = false;
    std::optional<bool> answer;
  };

  std::mutex mutex;
  std::condition_variable event_came;
  std::condition_variable threads_may_go_on;  ///< a job, an answer, a cancellation or the end
  std::deque<Job> waiting;
  std::map<std::int64_t, State> under_way;
  std::deque<ExecutorEvent> events;
  std::exception_ptr broken;  ///< what `make_handler` threw
  bool ending = false;
};

class ThreadContext : public JobContext {
 public:
  ThreadContext(Shared& shared, const Job& job) : shared_(shared), id_(job.id), deadline_(job.soft_deadline) {}

  bool report(const Report& report) override {
    std::unique_lock lock(shared_.mutex);
    Shared::State& state = shared_.under_way.at(id_);
    state.answer.reset();
    shared_.events.emplace_back(JobReported{id_, report});
    shared_.event_came.notify_one();
    shared_.threads_may_go_on.wait(lock, [&] { return state.answer || shared_.ending; });
    const bool go_on = state.answer.value_or(false) && !state.cancelled && !deadline_.passed();
    if (!go_on) asked_to_stop_ = true;
    return go_on;
  }

  bool should_stop() override {
    const std::lock_guard lock(shared_.mutex);
    const bool stop = shared_.under_way.at(id_).cancelled || shared_.ending || deadline_.passed();
    if (stop) asked_to_stop_ = true;
    return stop;
  }

  Deadline deadline() const override { return deadline_; }
  bool asked_to_stop() const { return asked_to_stop_; }

 private:
  Shared& shared_;
  std::int64_t id_;
  Deadline deadline_;
  bool asked_to_stop_ = false;
};

class ThreadExecutor : public Executor {
 public:
  ThreadExecutor(std::size_t threads, std::function<std::unique_ptr<JobHandler>()> make_handler)
      : make_handler_(std::move(make_handler)) {
    if (threads == 0) throw InternalError("a thread executor needs at least one thread");
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }

  ~ThreadExecutor() override {
    {
      const std::lock_guard lock(shared_.mutex);
      shared_.ending = true;
      shared_.threads_may_go_on.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
  }

  std::size_t slots() const override { return threads_.size(); }

  std::size_t free_slots() const override {
    const std::lock_guard lock(shared_.mutex);
    return threads_.size() - shared_.under_way.size();
  }

  void submit(Job job) override {
    const std::lock_guard lock(shared_.mutex);
    if (shared_.under_way.size() >= threads_.size()) throw InternalError("a job was submitted without a free slot");
    shared_.under_way.emplace(job.id, Shared::State{});
    shared_.waiting.push_back(std::move(job));
    shared_.threads_may_go_on.notify_all();
  }

  void answer(std::int64_t id, bool go_on) override {
    const std::lock_guard lock(shared_.mutex);
    const auto found = shared_.under_way.find(id);
    if (found == shared_.under_way.end()) return;
    found->second.answer = go_on;
    shared_.threads_may_go_on.notify_all();
  }

  void cancel(std::int64_t id, Deadline /*kill_at: a thread cannot be killed*/) override {
    const std::lock_guard lock(shared_.mutex);
    const auto found = shared_.under_way.find(id);
    if (found != shared_.under_way.end()) found->second.cancelled = true;
  }

  std::optional<ExecutorEvent> wait(double seconds) override {
    std::unique_lock lock(shared_.mutex);
    const auto something = [&] { return !shared_.events.empty() || shared_.broken; };
    // Longer waits than the clock can add to "now" are cut to a day.
    const std::chrono::duration<double> patience(std::min(seconds, 86400.0));
    if (!shared_.event_came.wait_for(lock, patience, something)) return std::nullopt;
    if (shared_.broken) std::rethrow_exception(shared_.broken);
    ExecutorEvent event = std::move(shared_.events.front());
    shared_.events.pop_front();
    if (const auto* ended = std::get_if<JobEnded>(&event)) shared_.under_way.erase(ended->id);
    return event;
  }

 private:
  void work() {
    try {
      const std::unique_ptr<JobHandler> handler = make_handler_();
      while (std::optional<Job> job = next_job()) run(*handler, *job);
    } catch (...) {
      const std::lock_guard lock(shared_.mutex);
      shared_.broken = std::current_exception();
      shared_.event_came.notify_one();
    }
  }

  std::optional<Job> next_job() {
    std::unique_lock lock(shared_.mutex);
    shared_.threads_may_go_on.wait(lock, [&] { return !shared_.waiting.empty() || shared_.ending; });
    if (shared_.ending) return std::nullopt;
    Job job = std::move(shared_.waiting.front());
    shared_.waiting.pop_front();
    return job;
  }

  void run(JobHandler& handler, const Job& job) {
    ThreadContext context(shared_, job);
    JobOutcome outcome = run_handler(handler, job.payload, context, 0);
    outcome.asked_to_stop = context.asked_to_stop();
    const std::lock_guard lock(shared_.mutex);
    outcome.seconds = shared_.under_way.at(job.id).since.seconds();
    shared_.events.emplace_back(JobEnded{job.id, std::move(outcome)});
    shared_.event_came.notify_one();
  }

  std::function<std::unique_ptr<JobHandler>()> make_handler_;
  mutable Shared shared_;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<Executor> make_thread_executor(std::size_t threads,
                                               std::function<std::unique_ptr<JobHandler>()> make_handler) {
  return std::make_unique<ThreadExecutor>(threads, std::move(make_handler));
}

}  // namespace nascent
