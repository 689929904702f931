#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "nascent/trial/trial.h"
#include "run/run_folder.h"

namespace nascent {

/// Bounds what trials leave on the disk: only the best of each fidelity keep their folder.
class TrialFolders {
 public:
  TrialFolders(const RunFolder& folder, Objective objective, std::size_t keep)
      : folder_(folder), objective_(std::move(objective)), keep_(keep) {}

  /// Called for every finished trial, also for those of earlier sessions.
  void finished(const Trial& trial);

 private:
  const RunFolder& folder_;
  Objective objective_;
  std::size_t keep_;
  std::map<Fidelity, std::vector<std::pair<double, std::int64_t>>> kept_;  // loss and number, best first
};

}  // namespace nascent
