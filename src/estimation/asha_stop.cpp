// Asynchronous successive halving that stops trials on their way. See docs/methods/asha-stop.md.
//
// Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht, Talwalkar: A system for massively parallel hyperparameter
// tuning. MLSys 2020. The stopping variant: Klein, Tiao, Lienart, Archambeau, Seeger: Model-based asynchronous
// hyperparameter and neural architecture search. arXiv 2003.10865.

#include <algorithm>

#include "estimation/ladder.h"
#include "estimation/ranked.h"
#include "estimation/stopping.h"

namespace nascent {
namespace {

class AshaStop : public StoppingScheduler {
 public:
  explicit AshaStop(const SchedulerSetup& setup)
      : StoppingScheduler(setup), ladder_(Ladder::upwards(setup, "asha-stop")), rungs_(ladder_.top()) {}

  std::string_view name() const override { return "asha-stop"; }

 protected:
  Decision judge(const Trial& trial) override {
    // The trial that it tries again was cut off, and what that had reported does not count twice.
    if (trial.retry_of)
      for (Ranked& rung : rungs_) rung.remove(*trial.retry_of);
    const std::optional<std::size_t> rung = reached(trial, trial.reports.size() - 1);
    if (!rung) return {};
    const Standing standing = standing_of(trial.number, trial.reports.back().metrics, setup());
    if (rungs_[*rung].place_of(trial.number) == 0) rungs_[*rung].add(standing);
    if (!standing.has_result()) return stop_without_result(trial);
    const std::size_t count = rungs_[*rung].size();
    const std::size_t go_on = std::max<std::size_t>(1, reduced(count, setup().option("reduction")));
    const std::size_t place = rungs_[*rung].place_of(trial.number);
    if (place <= go_on) return {};
    return stop(trial, place_words(place, count, go_on));
  }

  void learn(const Trial& trial) override {
    for (std::size_t i = 0; i < trial.reports.size(); ++i) {
      const std::optional<std::size_t> rung = reached(trial, i);
      if (rung && rungs_[*rung].place_of(trial.number) == 0)
        rungs_[*rung].add(standing_of(trial.number, trial.reports[i].metrics, setup()));
    }
  }

 private:
  /// The highest rung below the top that the trial has reached with this report, and not before.
  std::optional<std::size_t> reached(const Trial& trial, std::size_t report) const {
    const auto below = [&](std::size_t i) {
      std::size_t count = 0;
      while (count < rungs_.size() && ladder_.amount(count) <= static_cast<double>(trial.reports[i].step)) ++count;
      return count;
    };
    const std::size_t rungs = below(report);
    if (rungs == 0 || (report > 0 && below(report - 1) == rungs)) return {};
    return rungs - 1;
  }

  Ladder ladder_;
  std::vector<Ranked> rungs_;  ///< all that have come so far, those below the top
};

}  // namespace

std::unique_ptr<Scheduler> make_asha_stop(const SchedulerSetup& setup) { return std::make_unique<AshaStop>(setup); }

}  // namespace nascent
