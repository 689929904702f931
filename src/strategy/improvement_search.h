#pragma once

#include <vector>

#include "strategy/improvement.h"
#include "strategy/point_coordinates.h"
#include "strategy/tried.h"

namespace nascent {

/// Looks for the point of the largest `Improvement` in a space that is too large to look at every point: quasi-random
/// points and variations of good trials; from the best of them alternately a gradient ascent in the continuous
/// dimensions and a sweep through the values of each discrete one.
class ImprovementSearch {
 public:
  ImprovementSearch(const SearchSpace& space, const Encoding& encoding, const PointCoordinates& coordinates)
      : space_(space), encoding_(encoding), coordinates_(coordinates) {}

  /// `good` are the best trials so far, the best first. None where nothing was found that may be proposed.
  std::optional<Configuration> best(const Improvement& improvement, const std::vector<const EncodedPoint*>& good,
                                    const TriedConfigurations& tried, Random& random) const;

 private:
  /// A point on the encoded scale. Inactive dimensions have values too, for when a change makes them active.
  using Values = std::vector<double>;
  struct Scored {
    Values values;
    double score;
  };

  Values completed(const EncodedPoint& point, Random& random) const;
  Values varied(const Values& values, Random& random) const;
  Eigen::VectorXd coordinates_of(const Values& values) const;
  std::vector<Scored> scored(std::vector<Values> points, const Improvement& improvement) const;
  void climb(Scored& point, const Improvement& improvement) const;
  bool sweep(Scored& point, const Improvement& improvement) const;

  const SearchSpace& space_;
  const Encoding& encoding_;
  const PointCoordinates& coordinates_;
};

}  // namespace nascent
