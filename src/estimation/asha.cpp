// Asynchronous successive halving that pauses and promotes. See docs/methods/asha.md.
//
// Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht, Talwalkar: A system for massively parallel hyperparameter
// tuning. MLSys 2020.

#include <fmt/format.h>

#include "estimation/rungs.h"
#include "estimation/schedulers.h"

namespace nascent {
namespace {

class Asha : public Scheduler {
 public:
  explicit Asha(const SchedulerSetup& setup)
      : rungs_(setup, Ladder::upwards(setup, "asha")), reduction_(setup.option("reduction")) {}

  std::string_view name() const override { return "asha"; }

  Assignment next(std::span<const Trial> running, bool more) override {
    const std::set<std::int64_t> under_way = continued_by(running);
    for (std::size_t rung = rungs_.ladder().top(); rung-- > 0;) {
      const std::size_t go_on = reduced(rungs_.ended(rung).size(), reduction_);
      if (const Standing* best = rungs_.best_paused(rung, go_on, under_way)) return rungs_.take_on(best->trial, rung);
    }
    if (more) return {.kind = Assignment::Kind::kStart, .fidelity = rungs_.ladder().fidelity(0)};
    if (any_of_ours(*this, running)) return {.kind = Assignment::Kind::kWait};
    return rungs_.last_resort();
  }

  bool uses(const Fidelity& fidelity) const override { return rungs_.ladder().rung_of(fidelity).has_value(); }
  void observe(const Trial& trial) override { rungs_.add(trial); }

  std::string why_no_more(const Trial& trial) const override {
    std::string reason;
    if (!rungs_.is_paused(trial, reason)) return reason;
    const std::size_t rung = *rungs_.ladder().rung_of(trial.fidelity);
    const Ranked& ended = rungs_.ended(rung);
    return fmt::format("ended at {}: {}", rungs_.ladder().words(rung),
                       place_words(ended.place_of(trial.number), ended.size(), reduced(ended.size(), reduction_)));
  }

 private:
  Rungs rungs_;
  double reduction_;
};

}  // namespace

std::unique_ptr<Scheduler> make_asha(const SchedulerSetup& setup) { return std::make_unique<Asha>(setup); }

}  // namespace nascent
