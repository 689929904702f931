#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "surrogate/cached_predictions.h"
#include "surrogate/gaussian_process.h"
#include "surrogate/kernel_fit.h"

namespace nascent {

/// The Gaussian process of one outcome (the loss, or one constraint) over all finished trials, with hyperparameters
/// that are fitted again from time to time, each time from where the last fit ended.
class ProcessModel {
 public:
  /// The targets of the first so many trials, all on one scale.
  using Targets = std::function<Eigen::VectorXd(Eigen::Index count)>;

  explicit ProcessModel(const KernelLayout& layout);

  /// Brings the model to the trials whose points are the columns of `x`. The hyperparameters are fitted at each of
  /// `fit_counts` (numbers of trials, rising, only ever appended to): so they depend on the trials alone, and not on
  /// when this was called.
  void update(const Eigen::MatrixXd& x, std::span<const Eigen::Index> fit_counts, const Targets& targets);
  /// The same for targets that are not comparable with those of the last call: fitted anew.
  void fit_anew(const Eigen::MatrixXd& x, const Eigen::VectorXd& targets);

  /// Believes that the trials at these points will give what the model predicts (the "kriging believer", Ginsbourger et
  /// al. 2010), which leaves little to be hoped for near them. Until the next update.
  void believe(const Eigen::MatrixXd& x);

  const GaussianProcess& process() const { return *process_; }
  /// The means at the trials.
  const Eigen::VectorXd& means() const { return means_; }
  /// At the points of a grid, which is always the same.
  Prediction predict(const Eigen::MatrixXf& grid);

 private:
  void rebuild(const Eigen::MatrixXd& x);
  void set_targets(const Eigen::MatrixXd& x, const Eigen::VectorXd& targets);

  KernelLayout layout_;
  KernelPrior prior_;
  Eigen::VectorXd theta_;
  std::size_t fits_ = 0;
  std::optional<GaussianProcess> process_;
  Eigen::VectorXd targets_;
  Eigen::VectorXd means_;
  CachedPredictions cache_;
};

}  // namespace nascent
