#pragma once

#include "nascent/learner/learner.h"
#include "training/tabular_target.h"
#include "training/torch.h"

namespace nascent {

/// What the learners with a network for tables have in common: the scale of the target, and the files of a fitted one.
class TableNetwork : public Learner {
 public:
  void save(const std::filesystem::path& folder) const final;
  void load(const std::filesystem::path& folder, const Task& task) final;

 protected:
  /// `file` holds the description of a saved network.
  TableNetwork(const char* file, Configuration configuration, Task task);

  /// Null before `fit` and `load`.
  virtual torch::nn::Module* module() const = 0;
  /// What `rebuild` needs to make the network again, without its weights.
  virtual Json describe() const = 0;
  virtual void rebuild(const Json& description) = 0;

  /// Brings the network's outputs to the scale of the target; of classes they are probabilities already. Throws `Error`
  /// where one is not finite.
  void finish(Matrix& predictions) const;

  Configuration configuration_;
  Task task_;
  TabularTarget target_;  ///< of numbers

 private:
  const char* file_;
};

}  // namespace nascent
