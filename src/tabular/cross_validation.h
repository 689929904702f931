#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "nascent/core/deadline.h"
#include "nascent/data/split.h"
#include "nascent/data/table.h"
#include "tabular/pipeline.h"

namespace nascent {

/// How a configuration did on the rows validated so far.
struct FoldReport {
  int step = 0;                           ///< folds done, from 1
  std::map<std::string, double> metrics;  ///< every metric of the task, over all rows validated so far
  std::map<std::string, double> of_fold;  ///< the same over the rows of this fold alone
  double seconds = 0.0;                   ///< since the beginning
};

struct CrossValidation {
  std::uint64_t seed = 0;
  int most_trees = 0;       ///< as in `FitContext`
  std::string metric = {};  ///< what early stopping looks at; the task's default where it is empty
  /// The time until then is divided evenly over the folds that are left, so that the first does not take it all.
  Deadline deadline = {};
  std::function<bool()> should_stop = {};
  /// Called after each fold; false ends it there.
  std::function<bool(const FoldReport&)> on_fold = {};
  LearnerFactory factory = make_learner;
};

struct CrossValidationResult {
  std::map<std::string, double> metrics;  ///< over all validated rows
  std::vector<std::uint32_t> rows;        ///< the validated rows, fold by fold
  Matrix predictions;                     ///< for these rows, each by a model that did not learn from it
  std::vector<Pipeline> pipelines;        ///< of each fold, fitted
  int rounds = 0;                         ///< the mean of the folds' best rounds; 0 where the family has none
  double seconds = 0.0;
  bool complete = false;  ///< every fold was validated; otherwise `on_fold` ended it
  bool cut = false;       ///< the deadline ended a fold's fit before it was done
  Json notes;             ///< what the learner said of each fit, a list
};

/// Fits and validates a configuration on every round of a split. Throws `Error` when a fold has no usable model (out of
/// time, diverged, stopped): a part of the folds is no estimate of the whole.
CrossValidationResult cross_validate(const Table& table, const Split& split, const Task& task,
                                     const std::string& family, const Configuration& configuration,
                                     const CrossValidation& options);

/// Rounds for a model on all rows, from those that were best on the training part of a split: as much more as there are
/// more rows. 0 stays 0.
int rounds_for_all_rows(int rounds, std::size_t training_rows, std::size_t all_rows);

struct Refit {
  std::uint64_t seed = 0;
  int rounds = 0;  ///< `CrossValidationResult::rounds`
  Deadline deadline = {};
  std::function<bool()> should_stop = {};
  LearnerFactory factory = make_learner;
};

/// Fits on all rows of the table, for the rounds that cross-validation found, scaled to the greater number of rows.
Pipeline refit(const Table& table, const Split& split, const Task& task, const std::string& family,
               const Configuration& configuration, const Refit& options);

}  // namespace nascent
