#include "automl/model_assembly.h"

#include <fmt/format.h>

#include <algorithm>

#include "automl/description.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

namespace fs = std::filesystem;

/// Where a trial left its fitted models: `all` after a fit on all rows, else `fold-0`, `fold-1`, ...
std::vector<fs::path> fitted_models(const fs::path& trial_folder, bool refitted) {
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(trial_folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && (refitted ? name == "all" : name.starts_with("fold-"))) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  if (found.empty()) throw InternalError("no fitted model in " + trial_folder.string());
  return found;
}

}  // namespace

ChosenModel choose_model(std::vector<Candidate> candidates, const FitPlan& plan, std::span<const double> truth,
                         int size, Deadline deadline) {
  std::vector<const Matrix*> predictions;
  for (const Candidate& candidate : candidates) predictions.push_back(&candidate.predictions);
  const Metric& metric = metric_named(plan.metric, plan.task.kind);
  const Ensemble ensemble = select_ensemble(metric, plan.task, truth, predictions,
                                            {.rounds = size == 1 ? 1 : 40, .max_members = size, .deadline = deadline});
  ChosenModel chosen;
  chosen.score = ensemble.score;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (ensemble.weights[i] == 0.0) continue;
    chosen.members.push_back(std::move(candidates[i]));
    chosen.weights.push_back(ensemble.weights[i]);
  }
  return chosen;
}

void assemble_model(const RunFolder& folder, const FitPlan& plan, const ChosenModel& chosen,
                    const std::set<std::int64_t>& refitted, std::vector<double> constant) {
  fs::path fresh = folder.model();
  fresh += ".new";
  fs::remove_all(fresh);
  fs::create_directories(fresh);
  ModelManifest manifest{.kind = plan.kind,
                         .task = plan.task,
                         .table = plan.table,
                         .images = plan.images,
                         .metric = plan.metric,
                         .device = plan.device,
                         .members = {},
                         .constant = std::move(constant)};
  for (std::size_t m = 0; m < chosen.members.size(); ++m) {
    const Trial& trial = chosen.members[m].trial;
    ModelMember member{.trial = trial.number,
                       .weight = chosen.weights[m],
                       .description = describe(trial.configuration),
                       .folders = {}};
    for (const fs::path& source : fitted_models(folder.trial(trial.number), refitted.contains(trial.number))) {
      const fs::path name = fs::path(fmt::format("trial-{}", trial.number)) / source.filename();
      fs::create_directories(fresh / name);
      fs::copy(source, fresh / name, fs::copy_options::recursive);
      member.folders.push_back(name.string());
    }
    manifest.members.push_back(std::move(member));
  }
  manifest.save(fresh);
  fs::remove_all(folder.model());
  fs::rename(fresh, folder.model());
}

}  // namespace nascent
