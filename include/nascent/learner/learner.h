#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/core/deadline.h"
#include "nascent/core/json.h"
#include "nascent/data/matrix.h"
#include "nascent/data/task.h"
#include "nascent/space/configuration.h"

namespace nascent {

/// Rows of a table after preprocessing: what a learner of tables sees.
struct FeatureRows {
  Matrix numbers;  ///< rows x numeric columns; NaN only if the family asked to keep missing values
  /// rows x categorical columns, row-major: 0 is missing or unknown, known categories are 1 ... cardinality - 1.
  std::vector<std::int32_t> codes;
  std::vector<std::int32_t> cardinalities;  ///< of each categorical column, the 0 included
  std::size_t rows() const { return numbers.rows; }
  std::size_t categorical_columns() const { return cardinalities.size(); }
};

/// Features and the truth: a class index or a value for each row.
struct LabelledRows {
  FeatureRows features;
  std::vector<double> target;
};

/// The circumstances of one fit.
struct FitContext {
  const Task& task;
  std::uint64_t seed = 0;
  Deadline deadline;                   ///< finish with what there is by then
  std::function<bool()> should_stop;   ///< asked at every round or batch; may be empty
  /// Rows to stop early on and to choose the best round by; null when training on everything.
  const LabelledRows* validation = nullptr;
  /// With no validation rows: the rounds (trees, epochs) that were best in earlier fits; 0 if there were none.
  int rounds = 0;
  int most_trees = 0;                  ///< boosted trees and forests: no more than these; 0: no bound
  std::string metric = "";             ///< what early stopping looks at, as in `Metric::name`
};

/// A model family that can fit and predict. A learner is made from a configuration and does nothing before `fit`.
/// Not safe for use by several threads at once.
class Learner {
 public:
  virtual ~Learner() = default;

  /// Learns. Returns what should be remembered of it ("rounds": the best number of rounds or epochs, "parameters", ...;
  /// "cut": true when the deadline ended it before it was done). Throws `Error` when no usable model came of it (NaN,
  /// not a single round in time).
  virtual Json fit(const LabelledRows& training, const FitContext& context) = 0;

  /// rows x `Task::outputs()`: probabilities that sum to one, or the value. Requires `fit` or `load`.
  virtual Matrix predict(const FeatureRows& features) const = 0;

  /// Writes everything that `load` needs into an existing, empty folder.
  virtual void save(const std::filesystem::path& folder) const = 0;
  virtual void load(const std::filesystem::path& folder, const Task& task) = 0;
};

}  // namespace nascent
