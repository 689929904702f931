#include "strategy/point_coordinates.h"

#include <cmath>
#include <map>
#include <numbers>
#include <string>

#include "nascent/core/error.h"

namespace nascent {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// Draws from the space from which the scale of its features is found.
constexpr int kFeatureDraws = 200;

/// "layers[2].filters" as "layers[].filters": the same in every element.
std::string without_places(const std::string& path) {
  std::string kind;
  bool inside = false;
  for (const char c : path) {
    if (c == ']') inside = false;
    if (!inside) kind += c;
    if (c == '[') inside = true;
  }
  return kind;
}

/// The categories of every dimension, in the order of the encoding; empty for numbers.
class Categories {
 public:
  std::vector<std::vector<std::string>> names;

  void add(const SearchSpace& space) {
    for (const Parameter& parameter : space.parameters()) {
      names.emplace_back();
      if (const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain)) {
        for (const Choice& choice : categorical->choices) names.back().push_back(choice.name);
        for (const Choice& choice : categorical->choices) add(choice.branch);
      } else if (const auto* repeat = std::get_if<RepeatDomain>(&parameter.domain)) {
        for (std::int64_t i = 0; i < repeat->maximum; ++i) add(repeat->element);
      }
    }
  }
};

}  // namespace

std::vector<bool> active_dimensions(const std::vector<Dimension>& dimensions, const std::vector<double>& values) {
  std::vector<bool> active(dimensions.size());
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    if (dimensions[d].parent < 0) {
      active[d] = true;
      continue;
    }
    const auto parent = static_cast<std::size_t>(dimensions[d].parent);
    const auto value = static_cast<std::int64_t>(std::lround(values[parent]));
    const bool is_length = dimensions[parent].kind == Dimension::Kind::kLength;
    active[d] = active[parent] && (is_length ? value > dimensions[d].condition : value == dimensions[d].condition);
  }
  return active;
}

PointCoordinates::PointCoordinates(const SearchSpace& space, const Encoding& encoding)
    : encoding_(encoding), traits_(space.traits()) {
  Categories categories;
  categories.add(space);
  std::map<std::string, int> scales;
  std::map<std::vector<std::string>, int> weights;  // the first of a list of categories
  const std::vector<Dimension>& dimensions = encoding.dimensions();
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    const Dimension& dimension = dimensions[d];
    if (dimension.low >= dimension.high) {
      first_.push_back(-1);
      continue;
    }
    first_.push_back(static_cast<int>(layout_.coordinates.size()));
    const auto [scale, is_new] = scales.try_emplace(without_places(dimension.path), layout_.scales);
    if (is_new) ++layout_.scales;
    if (dimension.is_numeric()) {
      layout_.coordinates.push_back({scale->second});
      continue;
    }
    const auto count = static_cast<int>(dimension.categories());
    const auto [weight, is_new_list] = weights.try_emplace(categories.names[d], layout_.weights);
    if (is_new_list) layout_.weights += count;
    for (int i = 0; i < count; ++i) layout_.coordinates.push_back({scale->second, weight->second + i});
  }
  if (!traits_.features) return;
  // Drawn with a fixed seed: the scale belongs to the space.
  Random random(0);
  std::vector<std::vector<double>> drawn;
  for (int i = 0; i < kFeatureDraws; ++i) drawn.push_back(traits_.features(space.sample(random)));
  features_ = static_cast<Index>(drawn.front().size());
  double squares = 0.0;
  for (int i = 1; i < kFeatureDraws; ++i)
    for (std::size_t f = 0; f < drawn.front().size(); ++f) squares += std::pow(drawn[i][f] - drawn[i - 1][f], 2);
  if (squares > 0.0) feature_scale_ = std::sqrt((kFeatureDraws - 1) / squares);
  for (Index f = 0; f < features_; ++f) layout_.coordinates.push_back({layout_.scales});
  if (features_ > 0) ++layout_.scales;
}

int PointCoordinates::coordinate_of(std::size_t dimension) const {
  return encoding_.dimensions()[dimension].is_numeric() ? first_[dimension] : -1;
}

double PointCoordinates::to_coordinate(std::size_t dimension, double value) const {
  const Dimension& d = encoding_.dimensions()[dimension];
  return (value - d.low) / (d.high - d.low) - 0.5;
}

double PointCoordinates::to_value(std::size_t dimension, double coordinate) const {
  const Dimension& d = encoding_.dimensions()[dimension];
  return d.low + (coordinate + 0.5) * (d.high - d.low);
}

void PointCoordinates::write(const std::vector<double>& values, const std::vector<bool>& active,
                             Eigen::Ref<VectorXd> out) const {
  out.setZero();
  for (std::size_t d = 0; d < first_.size(); ++d) {
    if (first_[d] < 0 || !active[d]) continue;
    if (encoding_.dimensions()[d].is_numeric())
      out[first_[d]] = to_coordinate(d, values[d]);
    else
      out[first_[d] + static_cast<Index>(std::lround(values[d]))] = 1.0 / std::numbers::sqrt2;
  }
}

void PointCoordinates::write_features(const Configuration& configuration, Eigen::Ref<VectorXd> out) const {
  if (features_ == 0) return;
  const std::vector<double> features = traits_.features(configuration);
  if (static_cast<Index>(features.size()) != features_)
    throw InternalError("the features of a space must always have the same length");
  for (Index f = 0; f < features_; ++f)
    out[size() - features_ + f] = feature_scale_ * features[static_cast<std::size_t>(f)];
}

VectorXd PointCoordinates::of(const Configuration& configuration) const {
  const EncodedPoint point = encoding_.encode(configuration);
  VectorXd out(size());
  write(point.values, point.active, out);
  write_features(configuration, out);
  return out;
}

}  // namespace nascent
