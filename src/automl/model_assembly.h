#pragma once

#include <set>
#include <vector>

#include "automl/candidates.h"
#include "run/model_manifest.h"

namespace nascent {

/// The candidates that make up the final model, and what they score together on the validation rows.
struct ChosenModel {
  std::vector<Candidate> members;
  std::vector<double> weights;
  double score = 0.0;
};

/// Chooses by greedy ensemble selection; at most `size` members. Requires a candidate.
ChosenModel choose_model(std::vector<Candidate> candidates, const FitPlan& plan, std::span<const double> truth,
                         int size, Deadline deadline);

/// Copies the fitted models of the members from their trial folders into the model folder and writes its table of
/// contents. The folder is replaced as one step: a crash leaves the old model or the new one. `refitted`: the trials
/// that were fitted again on all rows (their folder `all` is used instead of those of the folds).
void assemble_model(const RunFolder& folder, const FitPlan& plan, const ChosenModel& chosen,
                    const std::set<std::int64_t>& refitted, std::vector<double> constant);

}  // namespace nascent
