#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nascent/trial/trial.h"
#include "run/run_folder.h"

namespace nascent {

/// Bounds what trials leave on the disk: only the best of each model family keep their folder, at each fidelity. By
/// family, because an ensemble gains most from members that err differently.
class TrialFolders {
 public:
  /// `keep`: so many trials of each family.
  TrialFolders(const RunFolder& folder, Objective objective, std::size_t keep)
      : folder_(folder), objective_(std::move(objective)), keep_(keep) {}

  /// Called for every finished trial, also for those of earlier sessions.
  void finished(const Trial& trial);

 private:
  const RunFolder& folder_;
  Objective objective_;
  std::size_t keep_;
  std::map<std::pair<Fidelity, std::string>, std::vector<std::pair<double, std::int64_t>>>
      kept_;  // loss and number, best first
};

/// The model family of a trial's configuration; empty where the space has none to choose from.
std::string family_of(const Configuration& configuration);

}  // namespace nascent
