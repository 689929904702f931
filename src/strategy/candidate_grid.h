#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <vector>

#include "strategy/point_coordinates.h"
#include "strategy/tried.h"

namespace nascent {

/// All points of a finite space that is small enough to look at every one of them.
class CandidateGrid {
 public:
  static constexpr std::uint64_t kMostPoints = 70000;

  /// Null for a space that is infinite or larger. `encoding` must outlive the grid.
  static std::unique_ptr<CandidateGrid> make(const SearchSpace& space, const Encoding& encoding,
                                             const PointCoordinates& coordinates);

  /// The coordinates of all points, as columns.
  const Eigen::MatrixXf& coordinates() const { return coordinates_; }

  /// The point with the largest value that may be proposed; none when there is none left. `none_running` tells that
  /// what may not be proposed now may not be proposed later either.
  std::optional<Configuration> best(Eigen::VectorXd values, const TriedConfigurations& tried, bool none_running);

 private:
  explicit CandidateGrid(const SearchSpace& space) : space_(space) {}

  /// The values at a point of a product of dimensions.
  std::vector<double> values(std::uint64_t index) const;
  Configuration configuration(std::uint64_t index) const;

  SearchSpace space_;
  const Encoding* encoding_ = nullptr;  ///< set where the points are a product of dimensions
  Eigen::MatrixXf coordinates_;
  std::vector<bool> dead_;  ///< points that were found to be finished or forbidden: they never come again
};

}  // namespace nascent
