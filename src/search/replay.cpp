#include "search/replay.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "nascent/search/search_loop.h"
#include "search/trial_result.h"

namespace nascent {
namespace {

/// How often one configuration may be cut off before that counts against it: perhaps it is what kills the sessions.
constexpr int kMostAttempts = 3;

double end_of(const Trial& trial) { return trial.started_seconds + trial.cost_seconds; }

/// The latest moment of the study's clock that the record knows of.
double last_moment(const std::vector<Trial>& trials) {
  double last = 0.0;
  for (const Trial& trial : trials) {
    last = std::max(last, end_of(trial));
    if (!trial.reports.empty()) last = std::max(last, trial.started_seconds + trial.reports.back().cost_seconds);
  }
  return last;
}

}  // namespace

Replayed replay(TrialStore& store, SearchStrategy& strategy, Scheduler& scheduler,
                const std::function<Fidelity(const Configuration&)>& fidelity) {
  Replayed replayed{.trials = store.trials(), .to_try_again = {}};
  std::vector<Trial>& trials = replayed.trials;
  replayed.next_number = static_cast<std::int64_t>(trials.size());
  replayed.seconds = last_moment(trials);
  for (Trial& trial : trials) {
    if (is_finished(trial.state)) continue;
    trial.state = TrialState::kFailed;
    trial.reason = kInterrupted;
    trial.cost_seconds = replayed.seconds - trial.started_seconds;  // it ends last, which keeps the order of ends
    store.finish(trial);
  }
  std::erase_if(trials, [&](const Trial& trial) {
    return trial.fidelity != (fidelity ? fidelity(trial.configuration) : Fidelity{});
  });

  std::map<std::uint64_t, int> attempts;    // cut off, by configuration
  std::map<std::uint64_t, bool> concluded;  // the configuration has a trial that counts
  std::vector<bool> counts(trials.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::uint64_t hash = trials[i].configuration.hash();
    counts[i] = !was_cut_off(trials[i]) || ++attempts[hash] >= kMostAttempts;
    if (counts[i]) concluded[hash] = true;
  }
  for (const Trial& trial : trials) {
    if (was_cut_off(trial) && !std::exchange(concluded[trial.configuration.hash()], true)) {
      replayed.to_try_again.push_back(trial);
    }
  }

  // Strategies learn in the order in which trials end, which with several workers is not that of their numbers.
  std::vector<std::size_t> order(trials.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return end_of(trials[i]); });
  for (const std::size_t i : order) {
    if (!counts[i]) continue;
    strategy.observe(trials[i]);
    scheduler.observe(trials[i]);
    ++replayed.counted;
    if (trials[i].state != TrialState::kFailed) replayed.any_succeeded = true;
  }
  return replayed;
}

}  // namespace nascent
