#include "nascent/replay/replay.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <ctime>
#include <exception>
#include <mutex>
#include <thread>

#include "nascent/core/error.h"
#include "nascent/strategy/search_strategy.h"

namespace nascent {
namespace {

constexpr std::uint64_t kNoiseStream = 0x6e6f697365;  // "noise"

/// Processor time of this thread, so that what else runs on the machine does not count.
double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class Replay {
 public:
  Replay(const RecordedTable& table, const ReplayOptions& options, std::uint64_t seed)
      : table_(table), options_(options), seed_(seed), strategy_(make_strategy(options.strategy, setup())) {}

  ReplayedRun run() {
    while (true) {
      while (!ended_ && started_ < options_.trials && running_.size() < options_.workers) start();
      if (running_.empty()) return std::move(run_);
      finish();
    }
  }

 private:
  StrategySetup setup() const {
    return {.space = table_.space(),
            .objectives = {{"value", table_.maximize()}},
            .seed = seed_,
            .budget = options_.trials,
            .allow_duplicates = options_.allow_duplicates};
  }

  void start() {
    const double before = thread_seconds();
    std::optional<Proposal> proposal = strategy_->suggest(started_, running_);
    run_.strategy_seconds += thread_seconds() - before;
    if (!proposal) {
      ended_ = true;
      return;
    }
    const RecordedPoint* point = table_.find(proposal->configuration);
    running_.push_back({.number = started_,
                        .configuration = std::move(proposal->configuration),
                        .parent = proposal->parent,
                        .origin = std::string(strategy_->name()),
                        .started_seconds = now_,
                        .cost_seconds = point == nullptr ? 0.0 : point->cost_seconds});
    ++started_;
  }

  /// The trial that ends first; of several the one that started first.
  void finish() {
    const auto end_of = [](const Trial& trial) { return trial.started_seconds + trial.cost_seconds; };
    const auto next = std::min_element(running_.begin(), running_.end(),
                                       [&](const Trial& a, const Trial& b) { return end_of(a) < end_of(b); });
    Trial trial = std::move(*next);
    running_.erase(next);
    now_ = end_of(trial);
    const RecordedPoint* point = table_.find(trial.configuration);
    const double value = point == nullptr ? std::nan("") : seen_value(*point, trial.number);
    if (std::isfinite(value)) {
      trial.state = TrialState::kComplete;
      trial.metrics["value"] = value;
    } else {
      trial.state = TrialState::kFailed;
      trial.reason = "the table does not record it";
      ++run_.failed;
    }
    note(point, value);
    const double before = thread_seconds();
    strategy_->observe(trial);
    run_.strategy_seconds += thread_seconds() - before;
  }

  double seen_value(const RecordedPoint& point, std::int64_t number) const {
    if (options_.average || point.values.size() == 1) return point.mean;
    return point
        .values[Random(mix_seed(seed_, kNoiseStream), static_cast<std::uint64_t>(number)).below(point.values.size())];
  }

  void note(const RecordedPoint* point, double value) {
    if (std::isfinite(value) && (incumbent_ == nullptr || table_.better(value, incumbent_value_))) {
      incumbent_ = point;
      incumbent_value_ = value;
    }
    if (!run_.found_at && point != nullptr && point->mean == table_.objective().best)
      run_.found_at = static_cast<std::int64_t>(run_.best.size()) + 1;
    const auto known = [](double of_point, double otherwise) { return std::isfinite(of_point) ? of_point : otherwise; };
    run_.best.push_back(incumbent_ == nullptr ? table_.objective().worst
                                              : known(incumbent_->mean, table_.objective().worst));
    run_.measure.push_back(incumbent_ == nullptr ? table_.measure().worst
                                                 : known(incumbent_->measure, table_.measure().worst));
    run_.seconds.push_back(now_);
  }

  const RecordedTable& table_;
  const ReplayOptions& options_;
  std::uint64_t seed_;
  std::unique_ptr<SearchStrategy> strategy_;
  std::vector<Trial> running_;
  std::int64_t started_ = 0;
  bool ended_ = false;
  double now_ = 0.0;
  const RecordedPoint* incumbent_ = nullptr;
  double incumbent_value_ = 0.0;
  ReplayedRun run_;
};

}  // namespace

ReplayedRun replay(const RecordedTable& table, const ReplayOptions& options, std::uint64_t seed) {
  if (options.trials < 1 || options.workers < 1) throw InternalError("a replay needs a trial and a worker");
  return Replay(table, options, seed).run();
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
