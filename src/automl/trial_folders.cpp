#include "automl/trial_folders.h"

#include <algorithm>
#include <filesystem>

#include "run/fit_plan.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;

/// 0 for a folder that is not there.
std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;  // a folder has no size
    const std::uint64_t size = entry->is_regular_file(ignored) ? entry->file_size(ignored) : 0;
    if (!ignored) bytes += size;
  }
  return bytes;
}

}  // namespace

std::string family_of(const Configuration& configuration) {
  return configuration.find(kModelParameter) == nullptr ? "" : configuration.choice(kModelParameter);
}

void TrialFolders::remove(std::int64_t number) const {
  std::error_code ignored;  // what cannot be removed only takes space
  fs::remove_all(folder_.trial(number), ignored);
}

void TrialFolders::finished(const Trial& trial) {
  const std::optional<double> result = trial.result(objective_.metric);
  if (!result) return remove(trial.number);
  const bool is_candidate = !trial.fidelity.empty();
  Group& group = groups_[{trial.fidelity, family_of(trial.configuration)}];
  const bool counts_bytes = is_candidate && bounds_.parents > 0;
  const Kept kept{objective_.loss(*result), trial.number, counts_bytes ? bytes_below(folder_.trial(trial.number)) : 0};
  group.kept.insert(std::lower_bound(group.kept.begin(), group.kept.end(), kept), kept);
  group.bytes += kept.bytes;
  while (is_too_much(group, is_candidate)) {
    remove(group.kept.back().trial);
    group.bytes -= group.kept.back().bytes;
    group.kept.pop_back();
  }
}

bool TrialFolders::is_too_much(const Group& group, bool is_candidate) const {
  if (group.kept.size() <= bounds_.best) return false;
  return !is_candidate || group.kept.size() > bounds_.parents || group.bytes > bounds_.parent_bytes;
}

}  // namespace nascent
