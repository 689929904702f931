#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "automl/estimation_plan.h"
#include "nascent/automl/fit.h"
#include "nascent/core/json.h"

namespace nascent {

/// The part of the options that a study keeps for later sessions.
struct StudySettings {
  std::optional<double> time_seconds;
  std::optional<std::int64_t> trials;
  std::string strategy;
  std::vector<std::string> models;
  int ensemble_size = 10;
  std::vector<Json> first;  ///< configurations tried before the strategy is asked
  bool inherit = true;      ///< candidates start from the weights of those they were derived from
  std::string thin;         ///< as `Thinning` reads it
  double epochs = 0.0;
  EstimationPlan estimation;
  int workers = 0;
  std::uint64_t memory_bytes = 0;
  std::string command;

  Json to_json() const;
  static StudySettings from_json(const Json& json);
  static StudySettings from_options(const FitOptions& options);
};

/// What a session has of the machine.
struct Machine {
  int workers;
  std::uint64_t memory_bytes;  ///< for each worker
  std::filesystem::path worker_program;
};

/// Fills in what was left open: a worker for each core, an equal share of 80 % of the free memory. Throws `InputError`
/// when the worker program is not there.
Machine find_machine(int workers, std::uint64_t memory_bytes, const std::filesystem::path& worker_program);

}  // namespace nascent
