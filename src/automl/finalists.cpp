#include "automl/finalists.h"

#include <algorithm>
#include <set>

namespace nascent {

Finalists::Finalists(const std::vector<Trial>& trials, const Objective& objective, std::size_t count) {
  std::vector<const Trial*> ranked;
  std::set<std::uint64_t> trained;
  for (const Trial& trial : trials) {
    if (!trial.result(objective.metric)) continue;
    if (trial.fidelity.empty())
      trained.insert(trial.configuration.hash());
    else
      ranked.push_back(&trial);
  }
  // Scores at different fidelities are not compared: who got further comes first.
  std::stable_sort(ranked.begin(), ranked.end(), [&](const Trial* a, const Trial* b) {
    if (a->fidelity != b->fidelity) return lower_fidelity(b->fidelity, a->fidelity);
    return objective.loss(*a->result(objective.metric)) < objective.loss(*b->result(objective.metric));
  });
  for (const Trial* trial : ranked) {
    if (proposals_.size() >= count) break;
    if (trained.insert(trial->configuration.hash()).second) proposals_.push_back({trial->configuration, trial->number});
  }
}

std::optional<Proposal> Finalists::suggest(std::int64_t, std::span<const Trial>) {
  if (next_ >= proposals_.size()) return std::nullopt;
  return proposals_[next_++];
}

}  // namespace nascent
