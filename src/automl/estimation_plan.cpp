#include "automl/estimation_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nascent/core/error.h"
#include "nascent/estimation/fidelity_range.h"
#include "nascent/estimation/pilot_check.h"
#include "nascent/estimation/scheduler_registry.h"
#include "nascent/estimation/study_estimation.h"
#include "run/fidelity_axes.h"

namespace nascent {
namespace {

/// What a trial of a table reports by where it is cross-validated.
constexpr const char* kFoldsAxis = "folds";
/// With fewer rows than this a model says little of what it would be with all.
constexpr double kFewestRows = 500.0;
constexpr double kSmallestShare = 1.0 / 27.0;
constexpr double kLargestShare = 1.0 / 3.0;  // or there would be little to save
/// Networks start with a third of what each would get if all got the same; the best get three times that.
constexpr double kSpread = 3.0;

bool is_share(const std::string& axis) { return axis != kEpochsAxis && axis != kTreesAxis; }

/// What candidates of this data can be given less of.
std::vector<std::string> axes_of(const FitPlan& plan) {
  if (plan.kind == DataKind::kTable) return {kDataAxis, kTreesAxis};
  std::vector<std::string> axes{kEpochsAxis, kDataAxis, kResolutionAxis, kFiltersAxis};
  if (plan.network && plan.network->kind != "macro") axes.push_back(kCellsAxis);
  return axes;
}

/// "epochs=0.5:6".
FidelityRange parse_range(const std::string& text, const FitPlan& plan) {
  FidelityRange range =
      parse_fidelity_range(text, "epochs=0.5:6 for images, data=0.1:1 for a share of the training data");
  const std::vector<std::string> axes = axes_of(plan);
  if (std::ranges::find(axes, range.axis) == axes.end())
    throw InputError(
        fmt::format("--fidelity: there is no \"{}\" to give less of; here are {}", range.axis, fmt::join(axes, ", ")));
  if (is_share(range.axis) && range.most > 1.0)
    throw InputError(fmt::format("--fidelity: {} is a share of the whole, at most 1, not {}", range.axis, range.most));
  return range;
}

FidelityRange default_range(const FitPlan& plan, const Fidelity& candidate) {
  if (plan.kind == DataKind::kImages) {
    const double epochs = candidate.at(kEpochsAxis);
    return {kEpochsAxis, epochs / kSpread, epochs * kSpread};
  }
  const auto rows = static_cast<double>(plan.split.training_rows(0).size());
  return {kDataAxis, std::clamp(kFewestRows / rows, kSmallestShare, kLargestShare), 1.0};
}

EstimationPlan with_rungs(const std::string& scheduler, const FidelityRange& range, const Fidelity& candidate) {
  EstimationPlan estimation{
      .scheduler = scheduler, .axis = range.axis, .least = range.least, .most = range.most, .full = candidate};
  if (is_share(range.axis) && range.most == 1.0)
    estimation.full.erase(range.axis);
  else
    estimation.full[range.axis] = range.most;
  return estimation;
}

/// For schedulers that stop a trial on its way: it has to report often enough.
EstimationPlan with_reports(const std::string& scheduler, const FitPlan& plan, const Fidelity& candidate) {
  const auto epochs = candidate.find(kEpochsAxis);
  const bool folds = plan.kind == DataKind::kTable;
  if (plan.split.repeats > 1)
    throw InputError(
        fmt::format("--estimation {} compares trials after each fold of one cross-validation; leave out "
                    "--repeats",
                    scheduler));
  const double steps = folds ? plan.split.rounds : epochs == candidate.end() ? 0.0 : std::ceil(epochs->second);
  if (steps < 3.0)
    throw InputError(fmt::format("--estimation {} decides by what a trial reports on its way, and {}; {}", scheduler,
                                 folds ? "this table is validated on a holdout, with one report"
                                       : fmt::format("a candidate has {:.3g} epochs", steps),
                                 folds ? "use asha or hyperband" : "give candidates more: --trial-epochs 10"));
  return {.scheduler = scheduler,
          .axis = folds ? kFoldsAxis : kEpochsAxis,
          .least = 1.0,
          .most = steps,
          .by_reports = true,
          .full = candidate};
}

EstimationPlan choose_estimation(const FitOptions& options, const FitPlan& plan, const Fidelity& candidate) {
  if (options.estimation == "auto" || options.estimation == "full" || options.estimation == "shared") {
    if (!options.fidelity.empty())
      throw InputError("--fidelity says how little and how much a scheduler may give; name one: --estimation asha");
    if (options.estimation == "shared") {
      if (plan.kind == DataKind::kTable)
        throw InputError(
            "--estimation shared scores networks for images by shared weights; tables have no such networks");
      return {.full = {{kSharedAxis, 1.0}}};
    }
    if (options.estimation != "auto" && options.trial_epochs > 0.0)
      throw InputError(
          fmt::format("--trial-epochs gives each candidate so much, and --estimation {} something else; "
                      "leave out one of them",
                      options.estimation));
    // Short trainings prefer networks that full ones overtake, however little time there is (docs/estimation.md), so
    // candidates get them only when the user says so; the best few are then trained fully when the search is over.
    const bool short_trainings = options.estimation == "auto" && options.trial_epochs > 0.0;
    return {.full = short_trainings ? candidate : Fidelity{}};
  }
  if (starts_small(options.estimation)) {
    const bool from_file = options.fidelity.empty() && plan.network;
    const std::string& text = from_file ? plan.network->fidelity : options.fidelity;
    const FidelityRange range = text.empty() ? default_range(plan, candidate) : parse_range(text, plan);
    EstimationPlan estimation = with_rungs(options.estimation, range, candidate);
    estimation.pilots = options.pilots;
    return estimation;
  }
  if (!options.fidelity.empty())
    throw InputError(
        fmt::format("--estimation {} stops trials on their way and needs no --fidelity", options.estimation));
  return with_reports(options.estimation, plan, candidate);
}

}  // namespace

Json EstimationPlan::to_json() const {
  return {{"scheduler", scheduler}, {"axis", axis},
          {"least", least},         {"most", most},
          {"pilots", pilots},       {"by_reports", by_reports},
          {"full", full},           {"usual_epochs", usual_epochs}};
}

EstimationPlan EstimationPlan::from_json(const Json& json) {
  return {.scheduler = json.at("scheduler"),
          .axis = json.at("axis"),
          .least = json.at("least"),
          .most = json.at("most"),
          .pilots = json.at("pilots"),
          .by_reports = json.at("by_reports"),
          .full = json.at("full"),
          .usual_epochs = json.at("usual_epochs")};
}

EstimationPlan plan_estimation(const FitOptions& options, const FitPlan& plan, const Fidelity& candidate) {
  EstimationPlan estimation = choose_estimation(options, plan, candidate);
  const auto epochs = candidate.find(kEpochsAxis);
  if (epochs != candidate.end() && !estimation.candidates_are_final()) estimation.usual_epochs = epochs->second;
  return estimation;
}

std::unique_ptr<Scheduler> make_scheduler(const EstimationPlan& plan, const StudyRecord& study) {
  const SchedulerSetup setup{.objectives = study.objectives,
                             .constraints = study.constraints,
                             .axis = plan.axis,
                             .least = plan.least,
                             .most = plan.most,
                             .reports_on_axis = plan.by_reports,
                             .full = plan.full,
                             .seed = study.seed};
  auto scheduler = make_scheduler(plan.scheduler, setup);
  return plan.pilots > 0 ? with_pilots(std::move(scheduler), setup, plan.pilots) : std::move(scheduler);
}

std::map<std::int64_t, std::string> reasons_for_no_more(const TrialStore& store, const EstimationPlan& plan) {
  return reasons_for_no_more(store, *make_scheduler(plan, store.study()));
}

}  // namespace nascent
