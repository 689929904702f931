#include "surrogate/cached_predictions.h"

#include <algorithm>

namespace nascent {

using Eigen::Index;
using Eigen::MatrixXf;
using Eigen::VectorXf;

void CachedPredictions::update(const GaussianProcess& process, Index settled, const MatrixXf& candidates) {
  if (columns_ == 0) {
    z_ = process.kernel().coordinate_scales().cast<float>().asDiagonal() * candidates;
    rebuild(process);
  } else if (columns_ > settled_) {
    columns_ = settled_;
    squares_ = settled_squares_;
  }
  while (columns_ < settled) add_column(process);
  settled_ = settled;
  if (process.size() > settled) settled_squares_ = squares_;
  while (columns_ < process.size()) add_column(process);
}

void CachedPredictions::rebuild(const GaussianProcess& process) {
  columns_ = process.factorised();
  const Index room = columns_ + columns_ / 8 + 4;
  if (v_.rows() != z_.cols() || v_.cols() < room) v_.resize(z_.cols(), room);
  const MatrixXf points = process.scaled_points().leftCols(columns_).cast<float>();
  const MatrixXf factor = process.factor().topLeftCorner(columns_, columns_).cast<float>();
  // In strips of candidates that stay in the cache of the processor.
  constexpr Index kStrip = 512;
  for (Index first = 0; first < z_.cols(); first += kStrip) {
    const Index count = std::min(kStrip, z_.cols() - first);
    const MatrixXf distances = squared_distances(z_.middleCols(first, count), points);
    MatrixXf strip = (static_cast<float>(process.kernel().signal_variance()) * matern(distances.array()) +
                      static_cast<float>(Kernel::kMeanVariance))
                         .matrix();
    factor.transpose().triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(strip);
    v_.block(first, 0, count, columns_) = strip;
  }
  squares_ = v_.leftCols(columns_).rowwise().squaredNorm();
}

void CachedPredictions::add_column(const GaussianProcess& process) {
  if (columns_ == v_.cols()) v_.conservativeResize(v_.rows(), columns_ + columns_ / 8 + 4);
  const VectorXf point = process.scaled_points().col(columns_).cast<float>();
  const VectorXf distances = (z_.colwise() - point).colwise().squaredNorm().transpose();
  const VectorXf row = process.factor().row(columns_).head(columns_).transpose().cast<float>();
  auto column = v_.col(columns_);
  column = (static_cast<float>(process.kernel().signal_variance()) * matern(distances.array()) +
            static_cast<float>(Kernel::kMeanVariance))
               .matrix();
  column.noalias() -= v_.leftCols(columns_) * row;
  column /= static_cast<float>(process.factor()(columns_, columns_));
  squares_ += column.cwiseAbs2();
  ++columns_;
}

Prediction CachedPredictions::predict(const GaussianProcess& process) const {
  const VectorXf targets = process.whitened_targets().cast<float>();
  const VectorXf mean = v_.leftCols(columns_) * targets;
  return {mean.cast<double>(), (process.kernel().prior_variance() - squares_.cast<double>().array()).max(0.0).matrix()};
}

}  // namespace nascent
