#include "automl/candidates.h"

#include <algorithm>

#include "nascent/core/error.h"

namespace nascent {

std::vector<Candidate> find_candidates(const std::vector<Trial>& trials, const RunFolder& folder, const FitPlan& plan,
                                       const Objective& objective, std::size_t limit) {
  const auto usable = [&](const Trial& trial) {
    return is_finished(trial.state) && trial.result(objective.metric) &&
           std::filesystem::exists(folder.predictions(trial.number));
  };
  std::vector<const Trial*> ranked;
  for (const Trial& trial : trials)
    if (usable(trial)) ranked.push_back(&trial);
  const bool any_full = std::any_of(ranked.begin(), ranked.end(), [](const Trial* t) { return t->fidelity.empty(); });
  std::erase_if(ranked, [&](const Trial* trial) { return any_full != trial->fidelity.empty(); });
  std::stable_sort(ranked.begin(), ranked.end(), [&](const Trial* a, const Trial* b) {
    return objective.loss(*a->result(objective.metric)) < objective.loss(*b->result(objective.metric));
  });

  std::size_t validated = 0;
  for (int round = 0; round < plan.split.rounds; ++round) validated += plan.split.validation_rows(round).size();
  std::vector<Candidate> candidates;
  for (const Trial* trial : ranked) {
    if (candidates.size() >= limit) break;
    try {
      ValidationPredictions predictions = load_predictions(folder.predictions(trial->number));
      if (predictions.rows.size() == validated) candidates.push_back({*trial, std::move(predictions.values)});
    } catch (const InputError&) {
      // A file that was cut off by a crash costs this candidate only.
    }
  }
  return candidates;
}

ValidationTruth validation_truth(const Split& split, std::span<const double> target) {
  ValidationTruth truth;
  for (int round = 0; round < split.rounds; ++round) {
    const std::vector<std::uint32_t> rows = split.validation_rows(round);
    truth.rows.insert(truth.rows.end(), rows.begin(), rows.end());
  }
  std::sort(truth.rows.begin(), truth.rows.end());
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
