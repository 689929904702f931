#include "estimation/stopping.h"

#include <fmt/format.h>

#include "nascent/core/quantity.h"

namespace nascent {

Decision StoppingScheduler::decide(const Trial& trial) {
  if (trial.reports.empty()) return {};
  if (setup_.most > 0.0 && static_cast<double>(trial.reports.back().step) >= setup_.most) return {};
  const auto known = answers_.find(trial.number);
  if (known != answers_.end() && known->second.first == trial.reports.size()) return known->second.second;
  Decision decision = judge(trial);
  answers_[trial.number] = {trial.reports.size(), decision};
  return decision;
}

void StoppingScheduler::observe(const Trial& trial) {
  answers_.erase(trial.number);
  learn(trial);
}

Decision StoppingScheduler::stop(const Trial& trial, const std::string& why) const {
  std::string unit = setup_.axis;
  if (unit.ends_with('s')) unit.pop_back();
  const std::string of = setup_.most > 0.0 ? " of " + format_number(setup_.most) : "";
  return {Decision::Kind::kStop, fmt::format("stopped at {} {}{}: {}", unit, trial.reports.back().step, of, why)};
}

}  // namespace nascent
