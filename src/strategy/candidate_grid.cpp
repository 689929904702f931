#include "strategy/candidate_grid.h"

#include <algorithm>
#include <limits>

namespace nascent {

std::unique_ptr<CandidateGrid> CandidateGrid::make(const SearchSpace& space, const Encoding& encoding,
                                                   const PointCoordinates& coordinates) {
  const std::optional<std::uint64_t> size = space.size();
  if (!size || *size > kMostPoints) return nullptr;
  std::unique_ptr<CandidateGrid> grid(new CandidateGrid(space));
  grid->dead_.assign(*size, false);
  grid->coordinates_.resize(coordinates.size(), static_cast<Eigen::Index>(*size));
  Eigen::VectorXd column(coordinates.size());
  const std::vector<Dimension>& dimensions = encoding.dimensions();
  const bool flat = !coordinates.has_features() &&
                    std::all_of(dimensions.begin(), dimensions.end(), [](const Dimension& d) { return d.parent < 0; });
  if (flat) {
    // A product of the values of all dimensions, which are counted through without making configurations of them.
    grid->encoding_ = &encoding;
    const std::vector<bool> active(dimensions.size(), true);
    for (std::uint64_t i = 0; i < *size; ++i) {
      coordinates.write(grid->values(i), active, column);
      grid->coordinates_.col(static_cast<Eigen::Index>(i)) = column.cast<float>();
    }
    return grid;
  }
  for (std::uint64_t i = 0; i < *size; ++i) {
    const Configuration configuration = space.point(i);
    const EncodedPoint point = encoding.encode(configuration);
    coordinates.write(point.values, point.active, column);
    coordinates.write_features(configuration, column);
    grid->coordinates_.col(static_cast<Eigen::Index>(i)) = column.cast<float>();
  }
  return grid;
}

std::vector<double> CandidateGrid::values(std::uint64_t index) const {
  std::vector<double> values;
  for (const Dimension& dimension : encoding_->dimensions()) {
    const auto count = static_cast<std::uint64_t>(dimension.count());
    values.push_back(dimension.value_at(static_cast<std::int64_t>(index % count)));
    index /= count;
  }
  return values;
}

Configuration CandidateGrid::configuration(std::uint64_t index) const {
  return encoding_ != nullptr ? encoding_->decode(values(index)) : space_.point(index);
}

std::optional<Configuration> CandidateGrid::best(Eigen::VectorXd values, const TriedConfigurations& tried,
                                                 bool none_running) {
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  values = values.cwiseMax(-std::numeric_limits<double>::max());
  for (std::size_t i = 0; i < dead_.size(); ++i)
    if (dead_[i]) values[static_cast<Eigen::Index>(i)] = kNever;
  // Whether a point has been tried is found out when its turn comes: the grid is not searched for every trial.
  for (;;) {
    Eigen::Index place = 0;
    if (values.size() == 0 || values.maxCoeff(&place) == kNever) return {};
    Configuration configuration = this->configuration(static_cast<std::uint64_t>(place));
    if (tried.may_propose(configuration)) return configuration;
    values[place] = kNever;
    if (none_running) dead_[static_cast<std::size_t>(place)] = true;
  }
}

}  // namespace nascent
