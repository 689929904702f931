#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "nascent/core/json.h"
#include "nascent/estimation/fidelity_range.h"
#include "nascent/estimation/scheduler.h"
#include "nascent/trial/trial_store.h"

namespace nascent {

/// How much of the evaluation the trials of a study get: who decides, and between what bounds. Fixed when the study
/// begins: the settings of its record keep it.
struct StudyEstimation {
  std::string scheduler = "full";  ///< as `make_scheduler` reads it
  FidelityRange range = {};
  bool by_reports = true;  ///< whether `Report::step` counts along the axis
  int pilots = 0;          ///< configurations that show first whether the least ranks as the most does (`with_pilots`)

  /// Of the full evaluation: the axis at its most.
  Fidelity full() const { return {{range.axis, range.most}}; }

  bool operator==(const StudyEstimation&) const = default;
  void write_to(Json& settings) const;
};

/// What the record of a study says; nothing where all its trials get the same.
std::optional<StudyEstimation> estimation_of(const StudyRecord& study);

/// Throws `InputError` as that for a text does.
std::unique_ptr<Scheduler> make_scheduler(const StudyEstimation& estimation, const StudyRecord& study);

/// Whether the scheduler that `text` names begins below the full evaluation, so that there must be an axis to give less
/// of. The others give each trial all, and may stop it on its way. Throws `InputError` as `make_scheduler` does.
bool starts_small(const std::string& text);

/// Why configurations got no more than they did, by trial (`Scheduler::why_no_more`), as the record stands. The
/// scheduler is a fresh one.
std::map<std::int64_t, std::string> reasons_for_no_more(const TrialStore& store, Scheduler& scheduler);
/// With the scheduler that the study has; none where it has none.
std::map<std::int64_t, std::string> reasons_for_no_more(const TrialStore& store);

}  // namespace nascent
