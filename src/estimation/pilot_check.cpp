#include "nascent/estimation/pilot_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "estimation/rungs.h"
#include "nascent/core/quantity.h"

namespace nascent {
namespace {

constexpr double kShareInOrder = 2.0 / 3.0;
/// So many pilots may be begun for each that is needed, where they fail.
constexpr std::size_t kAttempts = 3;

class PilotCheck : public Scheduler {
 public:
  PilotCheck(std::unique_ptr<Scheduler> scheduler, const SchedulerSetup& setup, std::size_t wanted)
      : scheduler_(std::move(scheduler)),
        setup_(setup),
        wanted_(wanted),
        low_(scheduler_->next({}, true).fidelity),
        everything_(setup.full) {}

  std::string_view name() const override { return scheduler_->name(); }

  Assignment next(std::span<const Trial> running, bool more) override {
    std::set<std::int64_t> under_way;
    std::size_t begun = pilots_.size();
    std::size_t promising = promising_pilots();
    if (checked_) return dropped_ ? everything_.next(running, more) : scheduler_->next(running, more);
    for (const Trial& trial : running) {
      if (!uses(trial.fidelity)) continue;
      if (trial.continues) {
        under_way.insert(*trial.continues);
      } else {
        ++begun;
        ++promising;
      }
    }
    for (const auto& [number, pilot] : pilots_) {
      if (pilot.low && !pilot.ended && !under_way.contains(number))
        return {.kind = Assignment::Kind::kContinue,
                .fidelity = setup_.full,
                .continues = number,
                .configuration = pilot.configuration};
    }
    if (more && promising < wanted_ && begun < kAttempts * wanted_)
      return {.kind = Assignment::Kind::kStart, .fidelity = low_};
    if (any_of_ours(*this, running)) return {.kind = Assignment::Kind::kWait};
    check();
    return dropped_ ? everything_.next({}, more) : scheduler_->next({}, more);
  }

  bool uses(const Fidelity& fidelity) const override {
    return fidelity == low_ || fidelity == setup_.full || scheduler_->uses(fidelity);
  }

  Decision decide(const Trial& trial) override {
    return is_pilot(trial) || dropped_ || !checked_ ? Decision{} : scheduler_->decide(trial);
  }

  void observe(const Trial& trial) override {
    if (checked_ && !is_pilot(trial)) return scheduler_->observe(trial);
    if (was_cut_off(trial) || was_cut_on_its_way(trial) || !uses(trial.fidelity)) return;
    const std::optional<double> result =
        trial.state == TrialState::kComplete ? trial.result(setup_.objectives.front().metric) : std::nullopt;
    if (!trial.continues) {
      pilots_[trial.number] = {.low = result, .full = {}, .ended = !result, .configuration = trial.configuration};
    } else if (const auto pilot = pilots_.find(*trial.continues); pilot != pilots_.end()) {
      pilot->second.full = result;
      pilot->second.ended = true;
    }
    const bool all_ended = std::ranges::all_of(pilots_, [](const auto& entry) { return entry.second.ended; });
    if (all_ended && promising_pilots() >= wanted_) check();
  }

  std::string why_no_more(const Trial& trial) const override {
    const auto pilot = pilots_.find(trial.number);
    if (pilot == pilots_.end()) return scheduler_->why_no_more(trial);
    return pilot->second.ended ? "" : "a pilot, which the search ended before it got all";
  }

  std::string notice() const override {
    const std::string further = scheduler_->notice();
    return notice_.empty() || further.empty() ? notice_ + further : notice_ + ". " + further;
  }

 private:
  struct Pilot {
    std::optional<double> low;   ///< none: failed
    std::optional<double> full;  ///< none: failed, or not there yet
    bool ended;                  ///< nothing more is to come
    Configuration configuration;
  };

  bool is_pilot(const Trial& trial) const { return pilots_.contains(trial.continues.value_or(trial.number)); }

  std::size_t promising_pilots() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(pilots_, [](const auto& entry) { return entry.second.low.has_value(); }));
  }

  /// Compares the orders of all pairs. A failure is worse than any result; pairs that are equal say nothing.
  void check() {
    checked_ = true;
    const Objective& objective = setup_.objectives.front();
    const auto loss = [&](std::optional<double> value) {
      return value ? objective.loss(*value) : std::numeric_limits<double>::infinity();
    };
    int pairs = 0;
    int in_order = 0;
    for (auto a = pilots_.begin(); a != pilots_.end(); ++a) {
      for (auto b = std::next(a); b != pilots_.end(); ++b) {
        if (!a->second.low || !b->second.low || !a->second.ended || !b->second.ended) continue;
        const double low = loss(a->second.low) - loss(b->second.low);
        const double full = loss(a->second.full) - loss(b->second.full);
        if (!(std::abs(low) > 0.0 && std::abs(full) > 0.0)) continue;  // equal, or both have failed
        ++pairs;
        in_order += (low < 0.0) == (full < 0.0) ? 1 : 0;
      }
    }
    if (pairs == 0) return;
    dropped_ = in_order < kShareInOrder * pairs;
    const std::string less =
        fmt::format("{} of {} {}", format_number(low_.at(setup_.axis)), format_number(setup_.most), setup_.axis);
    const std::string found = fmt::format("{} of {} pairs of pilots are in the same order", in_order, pairs);
    notice_ = dropped_ ? fmt::format("{} does not rank candidates as all of it does: {}; each gets all from now on",
                                     less, found)
                       : fmt::format("{} ranks candidates as all of it does: {}", less, found);
  }

  std::unique_ptr<Scheduler> scheduler_;
  SchedulerSetup setup_;
  std::size_t wanted_;
  Fidelity low_;
  FullEvaluation everything_;
  std::map<std::int64_t, Pilot> pilots_;  ///< by the trial that began them
  bool checked_ = false;
  bool dropped_ = false;
  std::string notice_;
};

}  // namespace

std::unique_ptr<Scheduler> with_pilots(std::unique_ptr<Scheduler> scheduler, const SchedulerSetup& setup, int pilots) {
  if (scheduler->next({}, true).fidelity == setup.full) return scheduler;
  return std::make_unique<PilotCheck>(std::move(scheduler), setup, static_cast<std::size_t>(pilots));
}

}  // namespace nascent
