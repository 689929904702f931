#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nascent/trial/trial.h"
#include "run/run_folder.h"

namespace nascent {

/// What may stay on the disk.
struct FolderBounds {
  std::size_t best = 8;  ///< so many trials of each family, at each fidelity, keep their folder in any case
  /// Candidates whose weights others may start from keep theirs beyond that, up to so many and so many bytes together
  /// with the best. 0: none.
  std::size_t parents = 0;
  std::uint64_t parent_bytes = std::uint64_t{1} << 30;
};

/// Bounds what trials leave on the disk: the best of each model family keep their folder, at each fidelity. By family,
/// because an ensemble gains most from members that err differently.
class TrialFolders {
 public:
  TrialFolders(const RunFolder& folder, Objective objective, FolderBounds bounds)
      : folder_(folder), objective_(std::move(objective)), bounds_(bounds) {}

  /// Called for every finished trial, also for those of earlier sessions.
  void finished(const Trial& trial);

 private:
  struct Kept {
    double loss;
    std::int64_t trial;
    std::uint64_t bytes;
    bool operator<(const Kept& other) const { return std::pair(loss, trial) < std::pair(other.loss, other.trial); }
  };
  /// Those of one family at one fidelity, best first.
  struct Group {
    std::vector<Kept> kept;
    std::uint64_t bytes = 0;
  };

  bool is_too_much(const Group& group, bool is_candidate) const;
  void remove(std::int64_t number) const;

  const RunFolder& folder_;
  Objective objective_;
  FolderBounds bounds_;
  std::map<std::pair<Fidelity, std::string>, Group> groups_;
};

/// The model family of a trial's configuration; empty where the space has none to choose from.
std::string family_of(const Configuration& configuration);

}  // namespace nascent
