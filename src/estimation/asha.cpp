// Asynchronous successive halving that pauses and promotes. See docs/methods/asha.md.
//
// Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht, Talwalkar: A system for massively parallel hyperparameter
// tuning. MLSys 2020.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "estimation/ladder.h"
#include "estimation/ranked.h"
#include "estimation/schedulers.h"

namespace nascent {
namespace {

class Asha : public Scheduler {
 public:
  explicit Asha(const SchedulerSetup& setup)
      : setup_(setup), ladder_(Ladder::upwards(setup, "asha")), rungs_(ladder_.size()) {}

  std::string_view name() const override { return "asha"; }

  Assignment next(std::span<const Trial> running, bool more) override {
    std::set<std::int64_t> under_way;
    for (const Trial& trial : running) {
      if (trial.continues) under_way.insert(*trial.continues);
    }
    for (std::size_t rung = ladder_.top(); rung-- > 0;) {
      const std::size_t go_on = reduced(rungs_[rung].size(), setup_.option("reduction"));
      if (const Standing* best = best_paused(rung, go_on, under_way)) return continuation(*best, rung);
    }
    if (more) return {.kind = Assignment::Kind::kStart, .fidelity = ladder_.fidelity(0)};
    const auto is_ours = [&](const Trial& trial) { return uses(trial.fidelity); };
    if (std::any_of(running.begin(), running.end(), is_ours)) return {.kind = Assignment::Kind::kWait};
    // Too few were there for one of them to come to the top: the best of those that came furthest does all the same.
    const bool any_full = !rungs_.back().from_best().empty() && rungs_.back().from_best().front().has_result();
    for (std::size_t rung = ladder_.top(); rung-- > 0 && !any_full;) {
      if (const Standing* best = best_paused(rung, rungs_[rung].size(), under_way)) return continuation(*best, rung);
    }
    return {.kind = Assignment::Kind::kNothing};
  }

  bool uses(const Fidelity& fidelity) const override { return ladder_.rung_of(fidelity).has_value(); }

  void observe(const Trial& trial) override {
    if (trial.continues) continued_.insert(*trial.continues);
    const std::optional<std::size_t> rung = ladder_.rung_of(trial.fidelity);
    if (!rung) return;
    // One that ended early was not evaluated as the others here were.
    const bool whole = trial.state == TrialState::kComplete;
    rungs_[*rung].add(standing_of(trial.number, whole ? trial.metrics : Metrics{}, setup_));
    if (*rung < ladder_.top()) configurations_[trial.number] = trial.configuration;
  }

  std::string why_no_more(const Trial& trial) const override {
    const std::optional<std::size_t> rung = ladder_.rung_of(trial.fidelity);
    if (!rung || trial.state == TrialState::kFailed || continued_.contains(trial.number)) return "";
    if (trial.state == TrialState::kStopped) return trial.reason;
    const std::size_t place = rungs_[*rung].place_of(trial.number);
    if (*rung == ladder_.top() || place == 0) return "";
    if (!rungs_[*rung].from_best()[place - 1].has_result())
      return fmt::format("ended at {}: without a usable result", ladder_.words(*rung));
    const std::size_t count = rungs_[*rung].size();
    return fmt::format("ended at {}: {}", ladder_.words(*rung),
                       place_words(place, count, reduced(count, setup_.option("reduction"))));
  }

 private:
  /// The best of the first `count` of a rung that has not been taken on; null if there is none.
  const Standing* best_paused(std::size_t rung, std::size_t count, const std::set<std::int64_t>& under_way) const {
    for (const Standing& standing : std::span(rungs_[rung].from_best()).first(count)) {
      if (!standing.has_result()) return nullptr;
      if (!continued_.contains(standing.trial) && !under_way.contains(standing.trial)) return &standing;
    }
    return nullptr;
  }

  Assignment continuation(const Standing& paused, std::size_t rung) const {
    return {.kind = Assignment::Kind::kContinue,
            .fidelity = ladder_.fidelity(rung + 1),
            .continues = paused.trial,
            .configuration = configurations_.at(paused.trial)};
  }

  SchedulerSetup setup_;
  Ladder ladder_;
  std::vector<Ranked> rungs_;
  std::set<std::int64_t> continued_;                      ///< trials whose continuation has ended
  std::map<std::int64_t, Configuration> configurations_;  ///< of trials below the top
};

}  // namespace

std::unique_ptr<Scheduler> make_asha(const SchedulerSetup& setup) { return std::make_unique<Asha>(setup); }

}  // namespace nascent
