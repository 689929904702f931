#pragma once

#include <Eigen/Core>
#include <vector>

#include "nascent/space/encoding.h"
#include "surrogate/kernel.h"

namespace nascent {

/// A space as a part of a Euclidean space, for kernels that depend on distances alone.
///
/// A number becomes one coordinate in [-½, ½] on its encoded scale; an unordered category one coordinate for each of
/// its values, of which the chosen one is 1/√2, so that two different ones are 1 apart (times their weights). What is
/// not active lies at 0: the middle of a number, equally far from all categories. How far the points with it lie from
/// those without is learnt through the parameter that decides, whose values differ then. What the space knows of itself
/// (`SpaceTraits::features`) is appended, scaled so that two points drawn at random are 1 apart in the mean square.
///
/// The parameters of the elements of a list share one length-scale for all places, categories with the same names their
/// weights in all parameters.
class PointCoordinates {
 public:
  PointCoordinates(const SearchSpace& space, const Encoding& encoding);

  const KernelLayout& layout() const { return layout_; }
  Eigen::Index size() const { return static_cast<Eigen::Index>(layout_.coordinates.size()); }

  /// The coordinates of a point, features included.
  Eigen::VectorXd of(const Configuration& configuration) const;

  bool has_features() const { return features_ > 0; }
  /// The coordinates without the features (which are left at 0).
  void write(const std::vector<double>& values, const std::vector<bool>& active, Eigen::Ref<Eigen::VectorXd> out) const;
  /// The features alone.
  void write_features(const Configuration& configuration, Eigen::Ref<Eigen::VectorXd> out) const;

  /// The coordinate of a dimension that has exactly one, -1 for categories and dimensions without a choice.
  int coordinate_of(std::size_t dimension) const;
  /// Its coordinate for a value, and back.
  double to_coordinate(std::size_t dimension, double value) const;
  double to_value(std::size_t dimension, double coordinate) const;

 private:
  const Encoding& encoding_;
  SpaceTraits traits_;
  KernelLayout layout_;
  std::vector<int> first_;  ///< of each dimension its first coordinate; -1 for those without a choice
  Eigen::Index features_ = 0;
  double feature_scale_ = 1.0;
};

/// Which dimensions are active, as the values of their parents decide. Values of dimensions that are not are ignored.
std::vector<bool> active_dimensions(const std::vector<Dimension>& dimensions, const std::vector<double>& values);

}  // namespace nascent
