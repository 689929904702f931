#include "estimation/rungs.h"

#include <fmt/format.h>

#include <algorithm>

namespace nascent {

std::set<std::int64_t> continued_by(std::span<const Trial> running) {
  std::set<std::int64_t> continued;
  for (const Trial& trial : running)
    if (trial.continues) continued.insert(*trial.continues);
  return continued;
}

bool was_cut_on_its_way(const Trial& trial) {
  return trial.continues && trial.state == TrialState::kStopped &&
         (trial.reason == kTimeWasUp || trial.reason == kInterrupted);
}

bool any_of_ours(const Scheduler& scheduler, std::span<const Trial> running) {
  return std::ranges::any_of(running, [&](const Trial& trial) { return scheduler.uses(trial.fidelity); });
}

void Rungs::add(const Trial& trial) {
  if (was_cut_on_its_way(trial)) return;
  if (trial.continues) continuations_[*trial.continues] = trial.number;
  const std::optional<std::size_t> rung = ladder_.rung_of(trial.fidelity);
  if (!rung) return;
  // One that ended early was not evaluated as the others here were.
  const bool whole = trial.state == TrialState::kComplete;
  const Standing standing = standing_of(trial.number, whole ? trial.metrics : Metrics{}, setup_);
  ended_[*rung].add(standing);
  standings_[trial.number] = standing;
  if (*rung < ladder_.top()) configurations_[trial.number] = trial.configuration;
}

const Standing* Rungs::standing(std::int64_t trial) const {
  const auto found = standings_.find(trial);
  return found == standings_.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> Rungs::continuation_of(std::int64_t trial) const {
  const auto found = continuations_.find(trial);
  if (found == continuations_.end()) return {};
  return found->second;
}

Assignment Rungs::take_on(std::int64_t trial, std::size_t rung) const {
  return {.kind = Assignment::Kind::kContinue,
          .fidelity = ladder_.fidelity(rung + 1),
          .continues = trial,
          .configuration = configurations_.at(trial)};
}

const Standing* Rungs::best_paused(std::size_t rung, std::size_t count, const std::set<std::int64_t>& under_way) const {
  for (const Standing& standing : std::span(ended_[rung].from_best()).first(count)) {
    if (!standing.has_result()) return nullptr;
    if (!continuations_.contains(standing.trial) && !under_way.contains(standing.trial)) return &standing;
  }
  return nullptr;
}

Assignment Rungs::last_resort() const {
  const std::vector<Standing>& full = ended_.back().from_best();
  const bool any_full = !full.empty() && full.front().has_result();
  for (std::size_t rung = ladder_.top(); rung-- > 0 && !any_full;)
    if (const Standing* best = best_paused(rung, ended_[rung].size(), {})) return take_on(best->trial, rung);
  return {.kind = Assignment::Kind::kNothing};
}

bool Rungs::is_paused(const Trial& trial, std::string& reason) const {
  const std::optional<std::size_t> rung = ladder_.rung_of(trial.fidelity);
  const Standing* stands = standing(trial.number);
  if (!rung || stands == nullptr || trial.state == TrialState::kFailed || continuations_.contains(trial.number))
    return false;
  if (trial.state == TrialState::kStopped) {
    reason = trial.reason;
    return false;
  }
  if (*rung == ladder_.top()) return false;
  if (!stands->has_result()) reason = fmt::format("ended at {}: without a usable result", ladder_.words(*rung));
  return stands->has_result();
}

}  // namespace nascent
