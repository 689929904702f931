#include "strategy/improvement_search.h"

#include <algorithm>
#include <cmath>

#include "strategy/unit_cube.h"
#include "surrogate/lbfgs.h"
#include "surrogate/sobol.h"

namespace nascent {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr std::uint64_t kQuasiRandom = 512;
constexpr std::size_t kGoodPoints = 5;
constexpr std::size_t kVariations = 64;  ///< of each
constexpr std::size_t kStarts = 4;
constexpr int kRounds = 3;
constexpr int kClimbEvaluations = 40;
/// A number with more values than this is treated as continuous, and rounded in the end.
constexpr std::int64_t kMostSwept = 24;

bool is_swept(const Dimension& dimension) {
  return dimension.low < dimension.high && dimension.count() != 0 &&
         (dimension.count() <= kMostSwept || !dimension.is_numeric());
}

bool is_climbed(const Dimension& dimension) { return dimension.low < dimension.high && !is_swept(dimension); }

}  // namespace

ImprovementSearch::Values ImprovementSearch::completed(const EncodedPoint& point, Random& random) const {
  Values values = point.values;
  for (std::size_t d = 0; d < values.size(); ++d)
    if (!point.active[d]) values[d] = value_at(encoding_.dimensions()[d], random.uniform());
  return values;
}

ImprovementSearch::Values ImprovementSearch::varied(const Values& values, Random& random) const {
  const std::vector<Dimension>& dimensions = encoding_.dimensions();
  const std::vector<bool> active = active_dimensions(dimensions, values);
  std::vector<std::size_t> free;
  for (std::size_t d = 0; d < dimensions.size(); ++d)
    if (active[d] && dimensions[d].low < dimensions[d].high) free.push_back(d);
  Values varied = values;
  if (free.empty()) return varied;
  // From one changed dimension to all of them, from far to very near.
  const double share = std::pow(static_cast<double>(free.size()), -random.uniform());
  const double spread = std::pow(10.0, random.uniform(-3.0, -0.5));
  const std::size_t always = free[random.below(free.size())];
  for (const std::size_t d : free) {
    if (d != always && !random.chance(share)) continue;
    const Dimension& dimension = dimensions[d];
    if (!dimension.is_numeric()) {
      varied[d] = value_at(dimension, random.uniform());
      continue;
    }
    const double range = dimension.high - dimension.low;
    const double moved = Encoding::snap(dimension, values[d] + spread * range * random.normal());
    // A number with steps moves by one of them at least.
    const double step = dimension.count() == 0 ? 0.0 : range / static_cast<double>(dimension.count() - 1);
    varied[d] = moved != values[d] ? moved : Encoding::snap(dimension, values[d] + (random.chance(0.5) ? step : -step));
  }
  return varied;
}

VectorXd ImprovementSearch::coordinates_of(const Values& values) const {
  VectorXd out(coordinates_.size());
  coordinates_.write(values, active_dimensions(encoding_.dimensions(), values), out);
  if (coordinates_.has_features()) coordinates_.write_features(encoding_.decode(values), out);
  return out;
}

std::vector<ImprovementSearch::Scored> ImprovementSearch::scored(std::vector<Values> points,
                                                                 const Improvement& improvement) const {
  Eigen::MatrixXd x(coordinates_.size(), static_cast<Index>(points.size()));
  for (std::size_t i = 0; i < points.size(); ++i) x.col(static_cast<Index>(i)) = coordinates_of(points[i]);
  const VectorXd scores = improvement.values(x);
  std::vector<Scored> result;
  for (std::size_t i = 0; i < points.size(); ++i)
    result.push_back({std::move(points[i]), scores[static_cast<Index>(i)]});
  return result;
}

void ImprovementSearch::climb(Scored& point, const Improvement& improvement) const {
  const std::vector<Dimension>& dimensions = encoding_.dimensions();
  const std::vector<bool> active = active_dimensions(dimensions, point.values);
  std::vector<std::size_t> climbed;
  for (std::size_t d = 0; d < dimensions.size(); ++d)
    if (active[d] && is_climbed(dimensions[d])) climbed.push_back(d);
  if (climbed.empty()) return;
  const auto size = static_cast<Index>(climbed.size());
  // In units of the length-scales, so that the function is about equally curved in all variables.
  const VectorXd& scales = improvement.coordinate_scales();
  VectorXd unit(size), start(size);
  VectorXd x = coordinates_of(point.values);
  for (Index i = 0; i < size; ++i) {
    const int c = coordinates_.coordinate_of(climbed[static_cast<std::size_t>(i)]);
    unit[i] = std::max(scales[c], 0.1);
    start[i] = x[c] * unit[i];
  }
  const auto function = [&](const VectorXd& u, VectorXd& gradient) {
    VectorXd all(x.size());
    for (Index i = 0; i < size; ++i)
      x[coordinates_.coordinate_of(climbed[static_cast<std::size_t>(i)])] = u[i] / unit[i];
    const double value = improvement.value(x, all);
    for (Index i = 0; i < size; ++i)
      gradient[i] = -all[coordinates_.coordinate_of(climbed[static_cast<std::size_t>(i)])] / unit[i];
    return -value;
  };
  const LbfgsResult result =
      minimise_lbfgs(function, start, -0.5 * unit, 0.5 * unit,
                     {.evaluations = kClimbEvaluations, .tolerance = 1e-3, .improvement = 1e-5, .longest_step = 1.0});
  Values values = point.values;
  for (Index i = 0; i < size; ++i) {
    const std::size_t d = climbed[static_cast<std::size_t>(i)];
    values[d] = Encoding::snap(dimensions[d], coordinates_.to_value(d, result.x[i] / unit[i]));
  }
  std::vector<Scored> rounded = scored({std::move(values)}, improvement);
  if (rounded.front().score > point.score) point = std::move(rounded.front());
}

bool ImprovementSearch::sweep(Scored& point, const Improvement& improvement) const {
  const std::vector<Dimension>& dimensions = encoding_.dimensions();
  bool better = false;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    if (!is_swept(dimensions[d]) || !active_dimensions(dimensions, point.values)[d]) continue;
    std::vector<Values> others;
    for (std::int64_t i = 0; i < dimensions[d].count(); ++i) {
      Values values = point.values;
      values[d] = dimensions[d].value_at(i);
      if (values[d] != point.values[d]) others.push_back(std::move(values));
    }
    for (Scored& other : scored(std::move(others), improvement)) {
      if (other.score <= point.score) continue;
      point = std::move(other);
      better = true;
    }
  }
  return better;
}

std::optional<Configuration> ImprovementSearch::best(const Improvement& improvement,
                                                     const std::vector<const EncodedPoint*>& good,
                                                     const TriedConfigurations& tried, Random& random) const {
  const std::vector<Dimension>& dimensions = encoding_.dimensions();
  std::vector<Values> points;
  const Sobol sequence(dimensions.size(), random.next());
  for (std::uint64_t i = 0; i < kQuasiRandom; ++i) points.push_back(values_at(dimensions, sequence.point(i)));
  for (std::size_t g = 0; g < std::min(good.size(), kGoodPoints); ++g) {
    const Values values = completed(*good[g], random);
    for (std::size_t i = 0; i < kVariations; ++i) points.push_back(varied(values, random));
  }
  std::vector<Scored> candidates = scored(std::move(points), improvement);
  const auto by_score = [](const Scored& a, const Scored& b) { return a.score > b.score; };
  std::stable_sort(candidates.begin(), candidates.end(), by_score);
  for (std::size_t i = 0; i < std::min(kStarts, candidates.size()); ++i) {
    Scored point = candidates[i];
    for (int round = 0; round < kRounds; ++round) {
      climb(point, improvement);
      if (!sweep(point, improvement)) break;
    }
    candidates.push_back(std::move(point));
  }
  std::stable_sort(candidates.begin(), candidates.end(), by_score);
  for (const Scored& candidate : candidates) {
    Configuration configuration = encoding_.decode(candidate.values);
    if (tried.may_propose(configuration)) return configuration;
  }
  return {};
}

}  // namespace nascent
