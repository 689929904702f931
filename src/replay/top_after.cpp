#include "replay/top_after.h"

#include <algorithm>

namespace nascent {

Assignment TopAfter::next(std::span<const Trial> running, bool more) {
  if (more) return {.kind = Assignment::Kind::kStart, .fidelity = first_};
  for (const Trial& trial : running)
    if (!trial.continues) return {.kind = Assignment::Kind::kWait};
  for (const Paused& paused : best_) {
    const bool runs =
        std::ranges::any_of(running, [&](const Trial& trial) { return trial.continues == paused.number; });
    if (!runs && !continued_.contains(paused.number))
      return {.kind = Assignment::Kind::kContinue, .continues = paused.number, .configuration = paused.configuration};
  }
  return {.kind = Assignment::Kind::kNothing};
}

void TopAfter::observe(const Trial& trial) {
  if (trial.continues) {
    continued_.insert(*trial.continues);
    return;
  }
  const std::optional<double> value = trial.result(objective_.metric);
  if (!value) return;
  Paused paused{objective_.loss(*value), trial.number, trial.configuration};
  const auto place = std::ranges::upper_bound(best_, paused.loss, {}, &Paused::loss);
  best_.insert(place, std::move(paused));
  if (best_.size() > k_) best_.pop_back();
}

}  // namespace nascent
