#include "automl/trial_folders.h"

#include <algorithm>

#include "run/fit_plan.h"

namespace nascent {

std::string family_of(const Configuration& configuration) {
  return configuration.find(kModelParameter) == nullptr ? "" : configuration.choice(kModelParameter);
}

void TrialFolders::finished(const Trial& trial) {
  const auto remove = [this](std::int64_t number) {
    std::error_code ignored;  // what cannot be removed only takes space
    std::filesystem::remove_all(folder_.trial(number), ignored);
  };
  const std::optional<double> result = trial.result(objective_.metric);
  if (!result) {
    remove(trial.number);
    return;
  }
  auto& kept = kept_[{trial.fidelity, family_of(trial.configuration)}];
  kept.emplace_back(objective_.loss(*result), trial.number);
  std::sort(kept.begin(), kept.end());
  while (kept.size() > keep_) {
    remove(kept.back().second);
    kept.pop_back();
  }
}

}  // namespace nascent
