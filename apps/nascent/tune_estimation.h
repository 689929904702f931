#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nascent/estimation/study_estimation.h"
#include "nascent/execution/command_executor.h"
#include "nascent/trial/trial_store.h"

namespace nascent::app {

/// From --estimation and --fidelity as they were typed; nothing where all trials get the same and the program is not
/// told how much. Throws `InputError` for one without the other, a scheduler that is not there, and an axis that this
/// scheduler cannot work with.
std::optional<StudyEstimation> tune_estimation(const std::string& scheduler, const std::string& fidelity);

/// "--estimation asha --fidelity epochs=1:27", or "no --estimation".
std::string options_text(const std::optional<StudyEstimation>& estimation);

/// The trial with which the configuration of this one was begun. `trials`: all of the study, by number.
std::int64_t first_of(const std::vector<Trial>& trials, const Trial& trial);

/// Where trials of a study come from; reads each trial of the store once.
class TuneLineage {
 public:
  TuneLineage(const TrialStore& store, const std::optional<StudyEstimation>& estimation);

  /// Nothing for a trial that continues none.
  std::optional<CommandLineage> of(const Trial& trial);

 private:
  struct Known {
    std::int64_t first;
    double amount;
  };

  const TrialStore& store_;
  std::string axis_;
  std::vector<Known> known_;  ///< by number
};

}  // namespace nascent::app
