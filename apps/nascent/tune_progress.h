#pragma once

#include <optional>
#include <vector>

#include "nascent/automl/fit.h"
#include "nascent/core/deadline.h"
#include "nascent/search/search_loop.h"
#include "search/cost_model.h"
#include "strategy/outcome.h"

namespace nascent::app {

/// Passes on how the search of `nascent tune` goes to the view that fits have too.
class TuneProgress : public SearchObserver {
 public:
  /// `earlier`: the trials that the study has already. What the scheduler finds out is passed on, too.
  TuneProgress(FitObserver& view, const StudyRecord& study, const Scheduler& scheduler,
               const std::vector<Trial>& earlier, std::optional<double> seconds, std::optional<std::int64_t> trials);

  /// How long a trial takes at least, by those that have ended; 0 where that is not known.
  double least_seconds(const Trial& trial) { return costs_.least_seconds(trial).value_or(0.0); }

  void trial_started(const Trial& trial) override;
  void trial_reported(const Trial& trial, const Report& report) override;
  void trial_finished(const Trial& trial) override;
  void tick() override;

 private:
  struct Running {
    std::int64_t number;
    std::string description;
    std::string last_report;
  };

  void count(const Trial& trial);

  FitObserver& view_;
  StudyRecord study_;
  const Scheduler& scheduler_;
  std::string notice_;  ///< the scheduler's last
  CostModel costs_;
  FitProgress progress_;
  Stopwatch since_;
  std::vector<Running> running_;
  std::optional<Outcome> best_;
};

}  // namespace nascent::app
