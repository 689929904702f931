#pragma once

#include <cstddef>
#include <vector>

#include "automl/ensemble_selection.h"
#include "nascent/data/metric.h"
#include "nascent/trial/trial.h"
#include "run/fit_plan.h"
#include "run/prediction_file.h"
#include "run/run_folder.h"

namespace nascent {

/// A trial that may become part of the final model, with its predictions for all validation rows.
struct Candidate {
  Trial trial;
  Matrix predictions;
};

/// The best finished trials of each model family that left predictions for every validation row, best first. Only one
/// fidelity is considered, the highest that a trial reached; scores of different fidelities are never compared. Equal
/// scores are told apart by the log loss where there is one.
std::vector<Candidate> find_candidates(const std::vector<Trial>& trials, const RunFolder& folder, const FitPlan& plan,
                                       const Objective& objective, std::size_t limit_per_family);

/// The rows that validate, ascending, and their truth.
struct ValidationTruth {
  std::vector<std::uint32_t> rows;
  std::vector<double> target;
};
ValidationTruth validation_truth(const Split& split, std::span<const double> target);

/// What predicting without looking at the features is worth: the shares of the classes, or the mean, of the training
/// data.
std::vector<double> constant_prediction(const Task& task, std::span<const double> target);

}  // namespace nascent
