#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nascent/estimation/study_estimation.h"
#include "nascent/execution/command_template.h"
#include "nascent/trial/trial_store.h"

namespace nascent::app {

/// What a study of `nascent tune` is, as the user gave it.
struct TuneStudy {
  std::filesystem::path file;
  SearchSpace space;
  std::vector<Objective> objectives;
  std::vector<OutcomeConstraint> constraints;
  std::vector<std::string> command;
  std::int64_t repeats = 1;
  bool allow_duplicates = false;
  std::optional<StudyEstimation> estimation;  ///< empty: every trial runs as the command says
  std::optional<std::string> strategy;        ///< empty: what the study has, or the default
  std::optional<std::uint64_t> seed;          ///< empty: what the study has, or 0
  std::optional<std::int64_t> trials;         ///< what a new study may have as its budget
};

/// What a new study of this kind has as its record.
StudyRecord record_of(const TuneStudy& wanted);

/// Opens the study in the file, or starts one. Throws `InputError` when the file holds another study: its space,
/// command, objectives, constraints, repeats, estimation, strategy or seed differ.
std::unique_ptr<TrialStore> open_tune_study(const TuneStudy& wanted);

/// The command of a study that `nascent tune` has made.
CommandTemplate command_of(const StudyRecord& study);

/// "latency <= 20" or "accuracy >= 0.9". Throws `InputError` that quotes anything else.
OutcomeConstraint parse_outcome_constraint(const std::string& text);

/// The strategy for those who do not choose one.
std::string default_strategy();

}  // namespace nascent::app
