#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "nascent/core/deadline.h"
#include "nascent/core/json.h"
#include "nascent/data/table.h"
#include "nascent/space/configuration.h"
#include "tabular/learner_factory.h"
#include "tabular/preprocessor.h"

namespace nascent {

/// The circumstances of a pipeline's fit; they mean what they mean in `FitContext`.
struct PipelineFit {
  std::span<const std::uint32_t> training_rows;
  std::span<const std::uint32_t> validation_rows = {};  ///< empty: none
  std::uint64_t seed = 0;
  Deadline deadline = {};
  std::function<bool()> should_stop = {};
  int rounds = 0;
  int most_trees = 0;
  std::string metric = {};
};

/// A model for rows of a table: the preprocessing that its family asks for, and the learner. Move-only.
class Pipeline {
 public:
  /// `configuration`: a point of the family's space. Throws `InputError` for a family that the factory does not know.
  Pipeline(std::string family, Configuration configuration, Task task, const LearnerFactory& factory = make_learner);

  /// Learns the preprocessing and the model from the training rows alone. Returns what the learner says of its fit.
  Json fit(const Table& table, const PipelineFit& fit);

  /// rows x `Task::outputs()`, in the order of the rows given.
  Matrix predict(const Table& table, std::span<const std::uint32_t> rows) const;

  /// Writes pipeline.json and the learner's files into a folder, which is made if it is not there.
  void save(const std::filesystem::path& folder) const;
  /// Throws `InputError` naming the file when it is missing or damaged.
  static Pipeline load(const std::filesystem::path& folder, const LearnerFactory& factory = make_learner);

  const std::string& family() const { return family_; }
  const Configuration& configuration() const { return configuration_; }
  const Task& task() const { return task_; }

 private:
  std::string family_;
  Configuration configuration_;
  Task task_;
  Preprocessor preprocessor_;
  std::unique_ptr<Learner> learner_;
};

/// 0, 1, ... rows - 1: all rows of a table.
std::vector<std::uint32_t> all_rows(std::size_t rows);

}  // namespace nascent
