#include "nascent/replay/replay.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "nascent/core/error.h"
#include "nascent/core/random.h"
#include "replay/simulation.h"

namespace nascent {

ReplayedRun replay(const RecordedTable& table, const ReplayOptions& options, std::uint64_t seed) {
  if (options.trials < 1 || options.workers < 1) throw InternalError("a replay needs a trial and a worker");
  return Simulation(table, options, seed).run();
}

std::vector<ReplayedRun> replay_repeatedly(const RecordedTable& table, const ReplayOptions& options, std::uint64_t seed,
                                           std::size_t repeats, std::size_t threads,
                                           const std::function<bool(std::size_t ended)>& progress) {
  std::vector<std::optional<ReplayedRun>> runs(repeats);
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stop = false;
  std::mutex mutex;  // of what follows
  std::size_t ended = 0;
  std::exception_ptr failure;
  const auto work = [&] {
    while (!stop) {
      const std::size_t repeat = next++;
      if (repeat >= repeats) return;
      try {
        ReplayedRun run = replay(table, options, mix_seed(seed, repeat));
        const std::lock_guard lock(mutex);
        runs[repeat] = std::move(run);
        ++ended;
        if (progress && !progress(ended)) stop = true;
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        stop = true;
      }
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min(threads, repeats); ++i) others.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
  std::vector<ReplayedRun> complete;
  for (std::optional<ReplayedRun>& run : runs)
    if (run) complete.push_back(std::move(*run));
  return complete;
}

}  // namespace nascent
