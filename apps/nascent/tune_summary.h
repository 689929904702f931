#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "nascent/core/json.h"
#include "nascent/trial/trial_store.h"

namespace nascent::app {

/// What came of a search by `nascent tune`.
struct TuneResult {
  const StudyRecord& study;
  const std::vector<Trial>& trials;
  std::map<std::int64_t, std::string> no_more;  ///< why trials got no more, by number
  std::filesystem::path file;
  std::string ended_because;
  double seconds = 0.0;
};

/// For people: the first lines of the leaderboard, the best trial with its parameters and the command that runs it.
std::string tune_summary(const TuneResult& result, std::size_t width);

/// The same for programs.
OrderedJson tune_json(const TuneResult& result);

}  // namespace nascent::app
