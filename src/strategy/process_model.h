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
  /// Points, as columns, and their targets, all on one scale.
  struct Data {
    Eigen::MatrixXd x;
    Eigen::VectorXd y;
  };
  /// The trials that the model sees when `count` are finished and the last fit was at `fit_count` of them: those chosen
  /// at the fit, then all that came later.
  using DataAt = std::function<Data(Eigen::Index fit_count, Eigen::Index count)>;

  explicit ProcessModel(const KernelLayout& layout);

  /// Brings the model to `count` finished trials. The hyperparameters are fitted at each of `fit_counts` (rising, never
  /// empty, only ever appended to): so they depend on the trials alone, and not on when this was called.
  void update(std::span<const Eigen::Index> fit_counts, Eigen::Index count, const DataAt& data_at);
  /// The same for targets that are not comparable with those of the last call: fitted anew.
  void fit_anew(const Data& data);

  /// Believes that the trials at these points will give what the model predicts (the "kriging believer", Ginsbourger et
  /// al. 2010), which leaves little to be hoped for near them. Until the next update. Returns what it believes.
  Eigen::VectorXd believe(const Eigen::MatrixXd& x);

  const GaussianProcess& process() const { return *process_; }
  /// The means at the trials that it sees.
  const Eigen::VectorXd& means() const { return means_; }
  /// At the points of a grid, which is always the same.
  Prediction predict(const Eigen::MatrixXf& grid);

 private:
  void rebuild(const Eigen::MatrixXd& x);
  void set_targets(const Data& data);

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
