#pragma once

#include <optional>
#include <vector>

#include "nascent/automl/fit.h"
#include "nascent/core/deadline.h"
#include "nascent/search/search_loop.h"
#include "strategy/outcome.h"

namespace nascent::app {

/// Passes on how the search of `nascent tune` goes to the view that fits have too.
class TuneProgress : public SearchObserver {
 public:
  /// `earlier`: the trials that the study has already.
  TuneProgress(FitObserver& view, const StudyRecord& study, const std::vector<Trial>& earlier,
               std::optional<double> seconds, std::optional<std::int64_t> trials);

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
  FitProgress progress_;
  Stopwatch since_;
  std::vector<Running> running_;
  std::optional<Outcome> best_;
};

}  // namespace nascent::app
