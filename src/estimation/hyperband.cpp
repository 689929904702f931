// Hyperband and synchronous successive halving. See docs/methods/hyperband.md.
//
// Jamieson, Talwalkar: Non-stochastic best arm identification and hyperparameter optimization. AISTATS 2016.
// Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar: Hyperband: A novel bandit-based approach to hyperparameter
// optimization. JMLR 18 (2018).

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimation/rungs.h"
#include "estimation/schedulers.h"

namespace nascent {
namespace {

/// Brackets of one size that start on the same rung.
struct BracketKind {
  std::size_t first_rung;
  std::size_t size;                      ///< configurations in a bracket
  std::vector<std::int64_t> ended = {};  ///< its first trials that have ended, by number
  std::size_t finished = 0;              ///< brackets that are, which are all those before the first that is not
};

/// Trials of a kind, by number, fill one bracket after the other. So which bracket a trial belongs to follows from the
/// trials that have ended and those that run.
class Hyperband : public Scheduler {
 public:
  /// Brackets of every start take turns, the lowest first; or all start at the lowest.
  Hyperband(std::string_view name, const SchedulerSetup& setup, bool every_start)
      : name_(name),
        rungs_(setup, Ladder::downwards(setup, name)),
        reduction_(setup.option("reduction")),
        overlap_(static_cast<std::size_t>(setup.option("overlap"))) {
    const std::size_t most_halvings = rungs_.ladder().top();
    for (std::size_t s = most_halvings + 1; s-- > 0;) {
      const double size = static_cast<double>(most_halvings + 1) * std::pow(reduction_, s) / static_cast<double>(s + 1);
      kinds_.push_back({most_halvings - s, static_cast<std::size_t>(std::ceil(size - 1e-9))});
      if (!every_start) break;
    }
  }

  std::string_view name() const override { return name_; }

  Assignment next(std::span<const Trial> running, bool more) override {
    const std::set<std::int64_t> under_way = continued_by(running);
    std::vector<std::vector<std::int64_t>> first_trials;
    std::vector<std::size_t> finished;
    std::size_t rounds = 0;
    for (const BracketKind& kind : kinds_) {
      first_trials.push_back(first_trials_of(kind, running));
      finished.push_back(kind.finished);
      rounds = std::max(rounds, kind.finished + first_trials.back().size() / kind.size + 1);
    }
    std::size_t open = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t k = 0; k < kinds_.size(); ++k) {
        BracketKind& kind = kinds_[k];
        if (round < finished[k]) continue;
        const std::span<const std::int64_t> bracket = nth(first_trials[k], round - finished[k], kind.size);
        const bool full = bracket.size() == kind.size;
        if (!full && more)
          return {.kind = Assignment::Kind::kStart, .fidelity = rungs_.ladder().fidelity(kind.first_rung)};
        const Step step = step_of(kind, bracket, under_way);
        if (step.take_on) return rungs_.take_on(*step.take_on, step.rung);
        if (step.finished) {
          // It need not be looked at again: all its trials have ended, so nothing about it can change.
          if (full && round == kind.finished) ++kind.finished;
          continue;
        }
        if (++open == overlap_ && more) return {.kind = Assignment::Kind::kWait};
      }
    }
    if (any_of_ours(*this, running)) return {.kind = Assignment::Kind::kWait};
    return rungs_.last_resort();
  }

  bool uses(const Fidelity& fidelity) const override { return rungs_.ladder().rung_of(fidelity).has_value(); }

  void observe(const Trial& trial) override {
    rungs_.add(trial);
    if (trial.continues) {
      if (const auto root = roots_.find(*trial.continues); root != roots_.end()) roots_[trial.number] = root->second;
      return;
    }
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      BracketKind& kind = kinds_[k];
      if (trial.fidelity != rungs_.ladder().fidelity(kind.first_rung)) continue;
      kind.ended.insert(std::ranges::upper_bound(kind.ended, trial.number), trial.number);
      roots_[trial.number] = {k, trial.number};
    }
  }

  std::string why_no_more(const Trial& trial) const override {
    std::string reason;
    const auto root = roots_.find(trial.number);
    if (!rungs_.is_paused(trial, reason) || root == roots_.end()) return reason;
    const BracketKind& kind = kinds_[root->second.kind];
    const auto place =
        static_cast<std::size_t>(std::ranges::lower_bound(kind.ended, root->second.trial) - kind.ended.begin());
    const std::span<const std::int64_t> bracket = nth(kind.ended, place / kind.size, kind.size);
    const std::size_t rung = *rungs_.ladder().rung_of(trial.fidelity);
    std::vector<std::int64_t> group(bracket.begin(), bracket.end());
    for (std::size_t below = kind.first_rung; below < rung; ++below) group = continuations_of(group);
    const Ranked ranked = rank(group);
    return fmt::format("ended at {}: {}", rungs_.ladder().words(rung),
                       place_words(ranked.place_of(trial.number), ranked.size(),
                                   go_on(bracket.size(), rung - kind.first_rung), "in its bracket"));
  }

 private:
  struct Root {
    std::size_t kind = 0;
    std::int64_t trial = 0;
  };
  struct Step {
    std::optional<std::int64_t> take_on = {};
    std::size_t rung = 0;   ///< where that one ended
    bool finished = false;  ///< nothing is left to be done or to be waited for
  };

  /// Of a bracket of this size, how many go on from this rung, the lowest of it being 0.
  std::size_t go_on(std::size_t size, std::size_t rung) const {
    return std::max<std::size_t>(1, reduced(size, std::pow(reduction_, static_cast<double>(rung + 1))));
  }

  static std::span<const std::int64_t> nth(std::span<const std::int64_t> trials, std::size_t bracket,
                                           std::size_t size) {
    const std::span<const std::int64_t> rest = trials.subspan(std::min(bracket * size, trials.size()));
    return rest.first(std::min(size, rest.size()));
  }

  /// Those of the brackets that are not finished, by number.
  std::vector<std::int64_t> first_trials_of(const BracketKind& kind, std::span<const Trial> running) const {
    std::vector<std::int64_t> trials(kind.ended.begin() + static_cast<std::ptrdiff_t>(kind.finished * kind.size),
                                     kind.ended.end());
    for (const Trial& trial : running)
      if (!trial.continues && trial.fidelity == rungs_.ladder().fidelity(kind.first_rung))
        trials.push_back(trial.number);
    std::ranges::sort(trials);
    return trials;
  }

  std::vector<std::int64_t> continuations_of(const std::vector<std::int64_t>& group) const {
    std::vector<std::int64_t> continuations;
    for (const std::int64_t trial : group)
      if (const std::optional<std::int64_t> next = rungs_.continuation_of(trial)) continuations.push_back(*next);
    return continuations;
  }

  Ranked rank(const std::vector<std::int64_t>& group) const {
    Ranked ranked;
    for (const std::int64_t trial : group)
      if (const Standing* standing = rungs_.standing(trial)) ranked.add(*standing);
    return ranked;
  }

  /// What a bracket needs next. One that nothing is added to any more is closed as it is.
  Step step_of(const BracketKind& kind, std::span<const std::int64_t> bracket,
               const std::set<std::int64_t>& under_way) const {
    std::vector<std::int64_t> group(bracket.begin(), bracket.end());
    for (std::size_t rung = kind.first_rung; !group.empty(); ++rung) {
      const Ranked ranked = rank(group);
      if (ranked.size() < group.size()) return {};  // some run
      if (rung == rungs_.ladder().top()) break;
      const auto taken = [&](const Standing& standing) {
        return under_way.contains(standing.trial) || rungs_.continuation_of(standing.trial).has_value();
      };
      const std::vector<Standing>& standings = ranked.from_best();
      const auto taken_on = static_cast<std::size_t>(std::ranges::count_if(standings, taken));
      const auto best = std::ranges::find_if_not(standings, taken);
      if (taken_on < go_on(bracket.size(), rung - kind.first_rung) && best != standings.end() && best->has_result())
        return {.take_on = best->trial, .rung = rung};
      group = continuations_of(group);
      if (group.size() < taken_on) return {};  // some continuations run
    }
    return {.finished = true};
  }

  std::string name_;
  Rungs rungs_;
  double reduction_;
  std::size_t overlap_;
  std::vector<BracketKind> kinds_;
  std::map<std::int64_t, Root> roots_;  ///< of trials that have ended: the first trial of their configuration
};

}  // namespace

std::unique_ptr<Scheduler> make_hyperband(const SchedulerSetup& setup) {
  return std::make_unique<Hyperband>("hyperband", setup, true);
}

std::unique_ptr<Scheduler> make_successive_halving(const SchedulerSetup& setup) {
  return std::make_unique<Hyperband>("halving", setup, false);
}

}  // namespace nascent
