#include "automl/trial_folders.h"

#include <algorithm>

namespace nascent {

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
  auto& kept = kept_[trial.fidelity];
  kept.emplace_back(objective_.loss(*result), trial.number);
  std::sort(kept.begin(), kept.end());
  while (kept.size() > keep_) {
    remove(kept.back().second);
    kept.pop_back();
  }
}

}  // namespace nascent
