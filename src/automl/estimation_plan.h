#pragma once

#include <map>
#include <memory>
#include <string>

#include "nascent/automl/fit.h"
#include "nascent/estimation/scheduler.h"
#include "nascent/trial/trial_store.h"
#include "run/fidelity_axes.h"
#include "run/fit_plan.h"

namespace nascent {

/// How a study finds out what its candidates are worth: who decides how much each is given, and between what bounds.
/// Fixed when the study begins.
struct EstimationPlan {
  std::string scheduler = "full";  ///< as `make_scheduler` reads it
  std::string axis = {};           ///< the fidelity that it varies, or what a trial reports by; empty for none
  double least = 0.0;
  double most = 0.0;
  int pilots = 0;             ///< configurations that show first whether the least ranks as the most does; 0: trusted
  bool by_reports = false;    ///< whether trials report along the axis on their way, and may be stopped there
  Fidelity full = {};         ///< the most that a candidate gets in the search
  double usual_epochs = 0.0;  ///< of networks: what each would get if all got the same; 0: all of it

  /// Whether candidates get all that there is, so that nothing is left to train when the search is over.
  bool candidates_are_final() const { return full.empty(); }

  /// Whether candidates are scored with weights that all of them share.
  bool shares_weights() const { return full.contains(kSharedAxis); }

  Json to_json() const;
  static EstimationPlan from_json(const Json& json);
};

/// From the options `estimation` and `fidelity`. `candidate`: what a candidate gets where each gets the same
/// (`plan_fidelity`). Throws `InputError` for a scheduler or an axis that this data cannot be searched with.
EstimationPlan plan_estimation(const FitOptions& options, const FitPlan& plan, const Fidelity& candidate);

std::unique_ptr<Scheduler> make_scheduler(const EstimationPlan& plan, const StudyRecord& study);

/// Why configurations got no more than they did, by trial (`Scheduler::why_no_more`), as the record stands.
std::map<std::int64_t, std::string> reasons_for_no_more(const TrialStore& store, const EstimationPlan& plan);

}  // namespace nascent
