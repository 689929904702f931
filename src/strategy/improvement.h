#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "surrogate/gaussian_process.h"

namespace nascent {

/// What a point is worth to the search: the logarithm of the expected improvement of the objective, plus that of the
/// probability that all outcome constraints are kept. While nothing feasible is known the second counts alone.
class Improvement {
 public:
  /// A process for the objective, and one for each constraint, which is kept where its function is at most `bound`.
  struct Bounded {
    const GaussianProcess* process;
    double bound;
  };

  Improvement(const GaussianProcess& objective, std::optional<double> best, std::vector<Bounded> constraints)
      : objective_(&objective), best_(best), constraints_(std::move(constraints)) {}

  /// From predictions for all candidates; `constraints` has one for each constraint.
  Eigen::VectorXd values(const Prediction& objective, const std::vector<Prediction>& constraints) const;
  /// For points as columns.
  Eigen::VectorXd values(const Eigen::MatrixXd& x) const;
  /// √λ of the objective.
  const Eigen::VectorXd& coordinate_scales() const { return objective_->kernel().coordinate_scales(); }
  /// At one point, with the gradient by its coordinates.
  double value(const Eigen::VectorXd& x, Eigen::VectorXd& gradient) const;

 private:
  const GaussianProcess* objective_;
  std::optional<double> best_;
  std::vector<Bounded> constraints_;
};

}  // namespace nascent
