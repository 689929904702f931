#include "strategy/mixed_distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nascent {
namespace {

/// How often a point with a number outside is drawn again before that is put on the border.
constexpr int kResamplings = 2;
constexpr double kLargestCondition = 1e14;

/// The chance that a point has at least one discrete number or category other than the most probable is kept at 27 %
/// (CatCMA with margin); this is each one's part in it.
double margin_of(std::size_t variables) { return 1.0 - std::pow(0.73, 1.0 / static_cast<double>(variables)); }

}  // namespace

MixedShape::MixedShape(const SearchSpace& space) : encoding(space), split(split_dimensions(encoding)) {
  for (const std::size_t dimension : split.categories)
    counts.push_back(static_cast<std::size_t>(encoding.dimensions()[dimension].categories()));
  for (const UnitCoordinate& number : split.numbers) has_cells = has_cells || number.discrete();
  for (const Dimension& dimension : encoding.dimensions()) has_conditions = has_conditions || dimension.parent >= 0;
}

MixedPoint MixedShape::point_of(const EncodedPoint& encoded) const {
  MixedPoint point;
  for (const UnitCoordinate& number : split.numbers) {
    const double value = number.to_unit(encoded.values[number.dimension()]);
    point.numbers.push_back(encoded.active[number.dimension()] ? value : std::numeric_limits<double>::quiet_NaN());
  }
  for (const std::size_t dimension : split.categories)
    point.categories.push_back(encoded.active[dimension] ? static_cast<int>(encoded.values[dimension])
                                                         : CategoricalDistribution::kInactive);
  return point;
}

std::vector<double> MixedShape::encoded(const MixedPoint& point) const {
  const std::vector<Dimension>& dimensions = encoding.dimensions();
  std::vector<double> values(dimensions.size());
  for (std::size_t i = 0; i < dimensions.size(); ++i) values[i] = dimensions[i].low;
  for (std::size_t i = 0; i < split.numbers.size(); ++i) {
    const std::size_t dimension = split.numbers[i].dimension();
    values[dimension] = Encoding::snap(dimensions[dimension], split.numbers[i].from_unit(point.numbers[i]));
  }
  for (std::size_t i = 0; i < split.categories.size(); ++i)
    values[split.categories[i]] = static_cast<double>(point.categories[i]);
  return values;
}

MixedDistribution::MixedDistribution(const MixedShape& shape, const std::vector<double>& mean,
                                     const MixedOptions& options)
    : shape_(&shape) {
  const auto variables = std::max<std::size_t>(1, shape.split.numbers.size() + shape.split.categories.size());
  population_ = options.population > 0 ? std::max<std::size_t>(4, options.population)
                                       : 4 + static_cast<std::size_t>(3.0 * std::log(static_cast<double>(variables)));
  std::size_t discrete = shape.split.categories.size();
  CmaEsOptions cma{.sigma = options.sigma, .population = population_, .largest_deviation = 1.0};
  for (const UnitCoordinate& number : shape.split.numbers) {
    cma.thresholds.push_back(number.thresholds());
    discrete += number.discrete() ? 1 : 0;
  }
  if (discrete > 0) cma.margin = margin_of(discrete);
  if (!shape.split.numbers.empty()) numbers_.emplace(mean, cma);
  if (!shape.counts.empty()) categories_.emplace(shape.counts, margin_of(discrete));
}

MixedPoint MixedDistribution::sample(Random& random, double widening) const {
  MixedPoint point;
  if (numbers_) {
    for (int i = 0; i <= kResamplings; ++i) {
      point.numbers = numbers_->sample(random, widening);
      const bool inside =
          std::all_of(point.numbers.begin(), point.numbers.end(), [](double x) { return x >= 0.0 && x <= 1.0; });
      if (inside) break;
    }
    for (double& x : point.numbers) x = std::clamp(x, 0.0, 1.0);
  }
  if (categories_) point.categories = categories_->sample(random, 1.0 - 1.0 / widening);
  return point;
}

MixedPoint MixedDistribution::point_of(const EncodedPoint& encoded) const {
  MixedPoint point = shape_->point_of(encoded);
  if (!numbers_) return point;
  const std::vector<double> mean = numbers_->mean();
  for (std::size_t i = 0; i < mean.size(); ++i)
    if (std::isnan(point.numbers[i])) point.numbers[i] = mean[i];
  return point;
}

void MixedDistribution::update(const std::vector<MixedPoint>& best_first) {
  ++generation_;
  if (numbers_) {
    std::vector<std::vector<double>> numbers;
    for (const MixedPoint& point : best_first) numbers.push_back(point.numbers);
    numbers_->update(numbers);
  }
  if (categories_) {
    std::vector<std::vector<int>> categories;
    for (const MixedPoint& point : best_first) categories.push_back(point.categories);
    categories_->update(categories);
  }
}

void MixedDistribution::set_numbers(const std::vector<double>& mean) {
  if (numbers_) numbers_->set_mean(mean);
}

bool MixedDistribution::has_converged(double deviation) const {
  if (!numbers_) return false;
  if (numbers_->condition() > kLargestCondition) return true;
  bool any = false;
  for (std::size_t i = 0; i < shape_->split.numbers.size(); ++i) {
    if (shape_->split.numbers[i].discrete()) continue;
    if (numbers_->deviation(i) > deviation) return false;
    any = true;
  }
  return any;
}

}  // namespace nascent
