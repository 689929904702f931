#include "nascent/estimation/study_estimation.h"

#include <vector>

#include "nascent/estimation/pilot_check.h"
#include "nascent/estimation/scheduler_registry.h"

namespace nascent {

namespace {

constexpr const char* kKey = "scheduler";  // "estimation" is the plan of a fit

}  // namespace

void StudyEstimation::write_to(Json& settings) const {
  settings[kKey] = {{"scheduler", scheduler}, {"axis", range.axis},       {"least", range.least},
                    {"most", range.most},     {"by_reports", by_reports}, {"pilots", pilots}};
}

std::optional<StudyEstimation> estimation_of(const StudyRecord& study) {
  if (!study.settings.is_object() || !study.settings.contains(kKey)) return {};
  const Json& json = study.settings.at(kKey);
  return StudyEstimation{.scheduler = json.at("scheduler"),
                         .range = {json.at("axis"), json.at("least"), json.at("most")},
                         .by_reports = json.at("by_reports"),
                         .pilots = json.at("pilots")};
}

std::unique_ptr<Scheduler> make_scheduler(const StudyEstimation& estimation, const StudyRecord& study) {
  const SchedulerSetup setup{.objectives = study.objectives,
                             .constraints = study.constraints,
                             .axis = estimation.range.axis,
                             .least = estimation.range.least,
                             .most = estimation.range.most,
                             .reports_on_axis = estimation.by_reports,
                             .full = estimation.full(),
                             .seed = study.seed};
  auto scheduler = make_scheduler(estimation.scheduler, setup);
  return estimation.pilots > 0 ? with_pilots(std::move(scheduler), setup, estimation.pilots) : std::move(scheduler);
}

bool starts_small(const std::string& text) {
  const Fidelity full{{"steps", 1e6}};
  const auto made =
      make_scheduler(text, {.objectives = {{"loss", false}}, .axis = "steps", .least = 1.0, .most = 1e6, .full = full});
  return made->next({}, true).fidelity != full;
}

std::map<std::int64_t, std::string> reasons_for_no_more(const TrialStore& store, Scheduler& scheduler) {
  std::vector<Trial> trials;
  store.for_each_ended(0, [&](Trial&& trial) {
    if (scheduler.uses(trial.fidelity)) trials.push_back(std::move(trial));
  });
  for (const Trial& trial : trials) scheduler.observe(trial);
  std::map<std::int64_t, std::string> reasons;
  for (const Trial& trial : trials) {
    std::string reason = scheduler.why_no_more(trial);
    if (!reason.empty()) reasons.emplace(trial.number, std::move(reason));
  }
  return reasons;
}

std::map<std::int64_t, std::string> reasons_for_no_more(const TrialStore& store) {
  const auto estimation = estimation_of(store.study());
  if (!estimation) return {};
  return reasons_for_no_more(store, *make_scheduler(*estimation, store.study()));
}

}  // namespace nascent
