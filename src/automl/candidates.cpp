#include "automl/candidates.h"

#include <algorithm>
#include <map>
#include <utility>

#include "automl/trial_folders.h"
#include "nascent/core/error.h"

namespace nascent {

std::vector<Candidate> find_candidates(const std::vector<Trial>& trials, const RunFolder& folder, const FitPlan& plan,
                                       const Objective& objective, std::size_t limit_per_family) {
  const auto usable = [&](const Trial& trial) {
    return is_finished(trial.state) && trial.result(objective.metric) &&
           std::filesystem::exists(folder.predictions(trial.number));
  };
  std::vector<const Trial*> ranked;
  for (const Trial& trial : trials)
    if (usable(trial)) ranked.push_back(&trial);
  const auto highest = std::ranges::max_element(
      ranked, [](const Trial* a, const Trial* b) { return lower_fidelity(a->fidelity, b->fidelity); });
  if (highest != ranked.end()) {
    const Fidelity fidelity = (*highest)->fidelity;
    std::erase_if(ranked, [&](const Trial* trial) { return trial->fidelity != fidelity; });
  }
  const auto rank = [&](const Trial* trial) {
    return std::pair(objective.loss(*trial->result(objective.metric)), trial->result("log_loss").value_or(0.0));
  };
  std::stable_sort(ranked.begin(), ranked.end(), [&](const Trial* a, const Trial* b) { return rank(a) < rank(b); });

  const std::size_t validated = plan.split.validated_rows().size();
  std::vector<Candidate> candidates;
  std::map<std::string, std::size_t> taken;
  for (const Trial* trial : ranked) {
    std::size_t& of_family = taken[family_of(trial->configuration)];
    if (of_family >= limit_per_family) continue;
    try {
      ValidationPredictions predictions = load_predictions(folder.predictions(trial->number));
      if (predictions.rows.size() != validated) continue;
      candidates.push_back({*trial, std::move(predictions.values)});
      ++of_family;
    } catch (const InputError&) {
      // A file that was cut off by a crash costs this candidate only.
    }
  }
  return candidates;
}

ValidationTruth validation_truth(const Split& split, std::span<const double> target) {
  ValidationTruth truth{.rows = split.validated_rows(), .target = {}};
  for (const std::uint32_t row : truth.rows) truth.target.push_back(target[row]);
  return truth;
}

std::vector<double> constant_prediction(const Task& task, std::span<const double> target) {
  std::vector<double> constant(task.outputs(), 0.0);
  for (const double value : target) {
    if (task.is_classification())
      constant[static_cast<std::size_t>(value)] += 1.0;
    else
      constant[0] += value;
  }
  for (double& value : constant) value /= static_cast<double>(target.size());
  return constant;
}

}  // namespace nascent
