#include "surrogate/parzen.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "surrogate/normal.h"

namespace nascent {
namespace {

using Kind = ParzenDimension::Kind;

constexpr double kPriorWeight = 1.0;
/// So many of the newest observations have their whole weight.
constexpr std::size_t kFullWeights = 25;
/// The narrowest kernel is this part of the range, however many there are (Watanabe's Δ).
constexpr double kNarrowest = 0.03;
const double kHalfLogTwoPi = 0.5 * std::log(2.0 * std::numbers::pi);

std::vector<double> mixture_weights(std::size_t observations) {
  std::vector<double> weights(observations, 1.0);
  if (observations > kFullWeights) {
    const std::size_t older = observations - kFullWeights;
    const double least = 1.0 / static_cast<double>(observations);
    for (std::size_t i = 0; i < older; ++i)
      weights[i] = older == 1 ? least : least + (1.0 - least) * static_cast<double>(i) / static_cast<double>(older - 1);
  }
  weights.push_back(kPriorWeight);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= total;
  return weights;
}

/// What lies so many half steps beside a discrete value, on the scale of the kernels.
double cell_edge(const ParzenDimension& dimension, double value, double half_steps) {
  const double offset = 0.5 * half_steps * dimension.step;
  return dimension.log ? std::log(std::exp(value) + offset) : value + offset;
}

double nearest_value(const ParzenDimension& dimension, double value) {
  double nearest = value;
  if (dimension.kind == Kind::kDiscrete)
    nearest = dimension.log ? std::log(std::round(std::exp(value)))
                            : dimension.low + std::round((value - dimension.low) / dimension.step) * dimension.step;
  return std::clamp(nearest, dimension.low, dimension.high);
}

/// A normal distribution truncated to an interval that holds its mean, by rejection: at least a third is accepted.
double truncated_normal(double mean, double width, double low, double high, Random& random) {
  if (width <= high - low) {
    for (;;) {
      const double value = mean + width * random.normal();
      if (value >= low && value <= high) return value;
    }
  }
  for (;;) {
    const double value = random.uniform(low, high);
    const double z = (value - mean) / width;
    if (random.uniform() < std::exp(-0.5 * z * z)) return value;
  }
}

double log_sum_exp(std::span<const double> terms) {
  const double largest = *std::max_element(terms.begin(), terms.end());
  if (!std::isfinite(largest)) return largest;
  double sum = 0.0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

}  // namespace

ParzenEstimator::ParzenEstimator(std::vector<ParzenDimension> dimensions,
                                 std::span<const std::vector<double>> observations)
    : weights_(mixture_weights(observations.size())) {
  for (const double weight : weights_) log_weights_.push_back(std::log(weight));
  for (std::size_t d = 0; d < dimensions.size(); ++d)
    coordinates_.push_back(make_coordinate(dimensions[d], d, observations));
}

ParzenEstimator::Coordinate ParzenEstimator::make_coordinate(const ParzenDimension& dimension, std::size_t index,
                                                             std::span<const std::vector<double>> observations) {
  Coordinate coordinate;
  coordinate.dimension = dimension;
  const bool discrete = dimension.kind == Kind::kDiscrete;
  coordinate.low = discrete ? cell_edge(dimension, dimension.low, -1.0) : dimension.low;
  coordinate.high = discrete ? cell_edge(dimension, dimension.high, 1.0) : dimension.high;
  for (const std::vector<double>& observation : observations)
    coordinate.means.push_back(std::clamp(observation[index], dimension.low, dimension.high));
  coordinate.means.push_back(0.5 * (coordinate.low + coordinate.high));
  if (dimension.kind == Kind::kCategorical || coordinate.constant()) return coordinate;
  set_widths(coordinate);
  for (std::size_t k = 0; k < coordinate.means.size(); ++k) {
    const double mean = coordinate.means[k];
    const double width = coordinate.widths[k];
    const double log_mass = normal_log_mass((coordinate.low - mean) / width, (coordinate.high - mean) / width);
    coordinate.log_norms.push_back(discrete ? log_mass : log_mass + kHalfLogTwoPi + std::log(width));
  }
  return coordinate;
}

void ParzenEstimator::set_widths(Coordinate& coordinate) {
  const std::vector<double>& means = coordinate.means;
  const std::size_t kernels = means.size();
  const double range = coordinate.high - coordinate.low;
  std::vector<std::size_t> order(kernels);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return means[a] < means[b]; });

  const double narrowest = range * std::max(kNarrowest, std::pow(1.0 + static_cast<double>(kernels), -2.0));
  coordinate.widths.assign(kernels, range);
  for (std::size_t i = 0; i < kernels; ++i) {
    double width = 0.0;
    if (i > 0) width = means[order[i]] - means[order[i - 1]];
    if (i + 1 < kernels) width = std::max(width, means[order[i + 1]] - means[order[i]]);
    coordinate.widths[order[i]] = std::clamp(width, narrowest, range);
  }
  coordinate.widths.back() = range;
}

std::vector<double> ParzenEstimator::sample(Random& random) const {
  const std::size_t kernel = random.weighted(weights_);
  std::vector<double> point;
  for (const Coordinate& coordinate : coordinates_) point.push_back(sample_coordinate(coordinate, kernel, random));
  return point;
}

double ParzenEstimator::sample_coordinate(const Coordinate& coordinate, std::size_t kernel, Random& random) const {
  const ParzenDimension& dimension = coordinate.dimension;
  if (coordinate.constant()) return dimension.low;
  const double mean = coordinate.means[kernel];
  if (dimension.kind == Kind::kCategorical) {
    // The kernel of an observation is 1 on its category and 1 / K on each: the former in the share 1 / (1 + C / K).
    const double categories = dimension.high + 1.0;
    const bool observed = kernel + 1 < kernels() &&
                          random.chance(1.0 / (1.0 + kPriorWeight * categories / static_cast<double>(kernels())));
    return observed ? mean : static_cast<double>(random.below(static_cast<std::uint64_t>(categories)));
  }
  const double width = coordinate.widths[kernel];
  return nearest_value(dimension, truncated_normal(mean, width, coordinate.low, coordinate.high, random));
}

void ParzenEstimator::add_log_kernels(const Coordinate& coordinate, double value, std::span<double> terms) const {
  const ParzenDimension& dimension = coordinate.dimension;
  if (coordinate.constant()) return;
  switch (dimension.kind) {
    case Kind::kContinuous:
      for (std::size_t k = 0; k < terms.size(); ++k) {
        const double z = (value - coordinate.means[k]) / coordinate.widths[k];
        terms[k] -= 0.5 * z * z + coordinate.log_norms[k];
      }
      return;
    case Kind::kDiscrete: {
      const double low = cell_edge(dimension, value, -1.0);
      const double high = cell_edge(dimension, value, 1.0);
      for (std::size_t k = 0; k < terms.size(); ++k) {
        const double scale = 1.0 / coordinate.widths[k];
        const double mean = coordinate.means[k];
        terms[k] += normal_log_mass((low - mean) * scale, (high - mean) * scale) - coordinate.log_norms[k];
      }
      return;
    }
    case Kind::kCategorical: {
      const double categories = dimension.high + 1.0;
      const double smoothing = kPriorWeight / static_cast<double>(kernels());
      const double total = 1.0 + categories * smoothing;
      const double log_hit = std::log((1.0 + smoothing) / total);
      const double log_miss = std::log(smoothing / total);
      for (std::size_t k = 0; k + 1 < terms.size(); ++k) terms[k] += value == coordinate.means[k] ? log_hit : log_miss;
      terms.back() -= std::log(categories);
      return;
    }
  }
}

std::vector<double> ParzenEstimator::log_densities(std::span<const std::vector<double>> points) const {
  const std::size_t kernel_count = kernels();
  std::vector<double> terms;
  for (std::size_t p = 0; p < points.size(); ++p) terms.insert(terms.end(), log_weights_.begin(), log_weights_.end());
  std::vector<double> kernel_logs(kernel_count);
  std::vector<std::size_t> order(points.size());
  for (std::size_t d = 0; d < coordinates_.size(); ++d) {
    // Points that share a value (there are few in a discrete coordinate) share the costly part.
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points[a][d] < points[b][d]; });
    for (std::size_t i = 0; i < order.size(); ++i) {
      const double value = points[order[i]][d];
      if (i == 0 || value != points[order[i - 1]][d]) {
        std::fill(kernel_logs.begin(), kernel_logs.end(), 0.0);
        add_log_kernels(coordinates_[d], value, kernel_logs);
      }
      double* row = terms.data() + order[i] * kernel_count;
      for (std::size_t k = 0; k < kernel_count; ++k) row[k] += kernel_logs[k];
    }
  }
  std::vector<double> densities;
  for (std::size_t p = 0; p < points.size(); ++p)
    densities.push_back(log_sum_exp(std::span(terms).subspan(p * kernel_count, kernel_count)));
  return densities;
}

}  // namespace nascent
