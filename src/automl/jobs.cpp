#include "automl/jobs.h"

namespace nascent {

std::map<std::int64_t, JobOutcome> run_jobs(Executor& executor, const std::vector<PlainJob>& jobs,
                                            const JobRunOptions& options) {
  std::map<std::int64_t, JobOutcome> outcomes;
  std::vector<std::int64_t> running;
  std::size_t next = 0;
  bool cancelled = false;
  const auto may_start = [&]() { return next < jobs.size() && !cancelled && !options.deadline.passed(); };
  while (!running.empty() || may_start()) {
    while (may_start() && executor.free_slots() > 0) {
      const PlainJob& job = jobs[next++];
      executor.submit({.id = job.id,
                       .payload = job.payload,
                       .soft_deadline = options.deadline,
                       .hard_deadline = Deadline::at(options.deadline.clock_seconds() + options.grace_seconds)});
      running.push_back(job.id);
      if (options.on_start) options.on_start(job.id);
    }
    if (!cancelled && options.interrupted && options.interrupted()) {
      cancelled = true;
      for (const std::int64_t id : running) executor.cancel(id);
    }
    if (auto event = executor.wait(0.2)) {
      if (const auto* reported = std::get_if<JobReported>(&*event)) {
        executor.answer(reported->id, !cancelled);
        if (options.on_report) options.on_report(*reported);
      } else {
        auto& ended = std::get<JobEnded>(*event);
        std::erase(running, ended.id);
        outcomes.emplace(ended.id, std::move(ended.outcome));
      }
    }
    if (options.tick) options.tick();
  }
  return outcomes;
}

}  // namespace nascent
