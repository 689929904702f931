#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "automl/description.h"
#include "automl/leaderboard_file.h"
#include "automl/lineage.h"
#include "automl/settings.h"
#include "nascent/automl/fit.h"
#include "nascent/core/error.h"
#include "nascent/core/files.h"
#include "nascent/data/csv.h"
#include "nascent/data/metric.h"
#include "nascent/store/sqlite_store.h"
#include "run/fit_plan.h"
#include "run/model_manifest.h"
#include "run/run_folder.h"

namespace nascent {
namespace {

std::string fidelity_text(const Fidelity& fidelity) {
  if (fidelity.empty()) return "full";
  std::string text;
  for (const auto& [axis, amount] : fidelity)
    text += fmt::format("{}{} {:.3g}", text.empty() ? "" : ", ", axis, amount);
  return text;
}

/// Trials with a score first; of them who got further: the higher fidelity, the whole of it; then by the score.
bool before(const LeaderboardEntry& a, const LeaderboardEntry& b, bool maximize) {
  if (a.score.has_value() != b.score.has_value()) return a.score.has_value();
  if (!a.score) return a.trial < b.trial;
  if (a.fidelity != b.fidelity) return lower_fidelity(b.fidelity, a.fidelity);
  if (a.state != b.state) return a.state < b.state;
  if (*a.score != *b.score) return maximize ? *a.score > *b.score : *a.score < *b.score;
  return a.trial < b.trial;
}

}  // namespace

Leaderboard make_leaderboard(const std::vector<Trial>& trials, const Metric& metric,
                             const std::map<std::int64_t, double>& weights,
                             const std::map<std::int64_t, std::string>& reasons_for_no_more) {
  Leaderboard board{.metric = metric.name, .label = metric.label, .maximize = metric.maximize, .entries = {}};
  for (const Trial& trial : trials) {
    const auto weight = weights.find(trial.number);
    const std::optional<InheritanceRecord> inheritance = inheritance_of(trial);
    const auto no_more = reasons_for_no_more.find(trial.number);
    board.entries.push_back(
        {.trial = trial.number,
         .description = describe(trial.configuration),
         .summary = describe(trial),
         .state = trial.state,
         .score = trial.result(metric.name),
         .fidelity = trial.fidelity,
         .from = inheritance ? std::optional(inheritance->from) : std::nullopt,
         .inherited_share = inheritance ? inheritance->share : 0.0,
         .seconds = trial.cost_seconds,
         .weight = weight == weights.end() ? 0.0 : weight->second,
         .reason = trial.reason.empty() && no_more != reasons_for_no_more.end() ? no_more->second : trial.reason});
  }
  std::sort(board.entries.begin(), board.entries.end(),
            [&](const LeaderboardEntry& a, const LeaderboardEntry& b) { return before(a, b, metric.maximize); });
  return board;
}

void write_leaderboard(const std::filesystem::path& path, const Leaderboard& board) {
  std::string text =
      fmt::format("rank,trial,state,validation_{},weight,seconds,fidelity,from,inherited_share,configuration,reason\n",
                  board.metric);
  std::size_t rank = 0;
  for (const LeaderboardEntry& entry : board.entries) {
    text += fmt::format("{},{},{},{},{:.3f},{:.3f},{},{},{},{},{}\n", ++rank, entry.trial, name_of(entry.state),
                        entry.score ? fmt::format("{}", *entry.score) : "", entry.weight, entry.seconds,
                        csv_cell(fidelity_text(entry.fidelity)), entry.from ? fmt::format("{}", *entry.from) : "",
                        entry.from ? fmt::format("{:.3f}", entry.inherited_share) : "", csv_cell(entry.description),
                        csv_cell(entry.reason));
  }
  write_file_atomically(path, text);
}

Leaderboard read_leaderboard(const std::filesystem::path& run) {
  const RunFolder folder(run);
  if (!std::filesystem::exists(folder.study()) || !std::filesystem::exists(folder.plan()))
    throw InputError(run.string() + " is not a run folder: it has no study; give the folder that was named with --out");
  const FitPlan plan = FitPlan::load(folder.plan());
  const auto store = open_sqlite_store(folder.study());
  std::map<std::int64_t, double> weights;
  if (std::filesystem::exists(folder.model() / "model.json"))
    for (const ModelMember& member : ModelManifest::load(folder.model()).members) weights[member.trial] = member.weight;
  const StudySettings settings = StudySettings::from_json(store->study().settings);
  return make_leaderboard(store->trials(), metric_named(plan.metric, plan.task.kind), weights,
                          reasons_for_no_more(*store, settings.estimation));
}

}  // namespace nascent
