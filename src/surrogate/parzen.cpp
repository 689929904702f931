#include "surrogate/parzen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "surrogate/kernel_loops.h"

namespace nascent {
namespace {

constexpr double kPriorWeight = 1.0;
/// So many of the newest observations have their whole weight.
constexpr std::size_t kFullWeights = 25;

/// The weights of observations by their age: w_i = min(1, least + i rise), for the i-th from the oldest.
struct AgeWeights {
  double least = 1.0;
  double rise = 0.0;
  double total = 0.0;

  AgeWeights(std::size_t observations, ParzenWeights weights) {
    const auto n = static_cast<double>(observations);
    total = n;
    if (observations <= kFullWeights || weights == ParzenWeights::kEqual) return;
    const double older = n - static_cast<double>(kFullWeights);
    least = 1.0 / n;
    rise = observations == kFullWeights + 1 ? 1.0 : (1.0 - least) / (older - 1.0);
    total =
        static_cast<double>(kFullWeights) + (observations == kFullWeights + 1 ? least : older * (1.0 + least) / 2.0);
  }
  double operator()(std::size_t i) const { return std::min(1.0, least + rise * static_cast<double>(i)); }
};

/// Σ_k w_k exp(t_k), gathered block by block as a sum relative to its largest term.
struct ExponentialSum {
  double largest = -std::numeric_limits<double>::infinity();
  double sum = 0.0;

  void add(double shift, double part) {
    if (shift > largest) {
      sum *= std::exp(largest - shift);
      largest = shift;
    }
    sum += part * std::exp(shift - largest);
  }
  double log() const { return largest + std::log(sum); }
};

}  // namespace

ParzenEstimator::ParzenEstimator(const std::vector<ParzenDimension>& dimensions, ParzenWeights weights)
    : coordinates_(dimensions.begin(), dimensions.end()), weights_(weights) {}

void ParzenEstimator::insert(std::uint32_t id, std::span<const double> values) {
  const auto place = std::lower_bound(ids_.begin(), ids_.end(), id);
  const auto index = static_cast<std::size_t>(place - ids_.begin());
  ids_.insert(place, id);
  for (std::size_t d = 0; d < coordinates_.size(); ++d) coordinates_[d].insert(index, values[d]);
}

void ParzenEstimator::erase(std::uint32_t id) {
  const auto place = std::lower_bound(ids_.begin(), ids_.end(), id);
  const auto index = static_cast<std::size_t>(place - ids_.begin());
  ids_.erase(place);
  for (ParzenCoordinate& coordinate : coordinates_) coordinate.erase(index);
}

std::vector<double> ParzenEstimator::sample(std::size_t points, Random& random) const {
  const AgeWeights age_weight(ids_.size(), weights_);
  std::vector<double> weights(ids_.size() + 1, kPriorWeight);
  for (std::size_t k = 0; k < ids_.size(); ++k) weights[k] = age_weight(k);
  std::vector<double> drawn;
  drawn.reserve(points * coordinates_.size());
  for (std::size_t i = 0; i < points; ++i) {
    const std::size_t kernel = random.weighted(weights);
    for (const ParzenCoordinate& coordinate : coordinates_)
      drawn.push_back(kernel == ids_.size() ? coordinate.sample_prior(random) : coordinate.sample(kernel, random));
  }
  return drawn;
}

std::vector<double> ParzenEstimator::log_densities(std::span<const double> points) const {
  constexpr std::size_t kBlock = ParzenCoordinate::kBlock;
  const std::size_t dimensions = coordinates_.size();
  const std::size_t count = dimensions == 0 ? 0 : points.size() / dimensions;
  // The values of one coordinate side by side.
  std::vector<double> columns(points.size());
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t d = 0; d < dimensions; ++d) columns[d * count + i] = points[i * dimensions + d];

  const AgeWeights age_weight(ids_.size(), weights_);
  std::vector<ExponentialSum> sums(count);
  std::vector<float> terms(count * kBlock);
  std::array<float, kBlock> norms;
  std::array<float, kBlock> weights;
  for (std::size_t first = 0; first < ids_.size(); first += kBlock) {
    const std::size_t kernels = std::min(kBlock, ids_.size() - first);
    norms.fill(0.0f);
    for (const ParzenCoordinate& coordinate : coordinates_) coordinate.subtract_norms(first, kernels, norms.data());
    for (std::size_t i = 0; i < count; ++i) std::copy_n(norms.begin(), kernels, terms.data() + i * kBlock);
    for (std::size_t d = 0; d < dimensions; ++d)
      coordinates_[d].add_kernels(std::span(columns).subspan(d * count, count), first, kernels, terms.data());
    for (std::size_t k = 0; k < kernels; ++k) weights[k] = static_cast<float>(age_weight(first + k));
    for (std::size_t i = 0; i < count; ++i) {
      const float* row = terms.data() + i * kBlock;
      const float largest = largest_term(row, kernels);
      sums[i].add(static_cast<double>(largest), sum_of_exponentials(row, weights.data(), largest, kernels));
    }
  }

  double log_scale = std::log(age_weight.total + kPriorWeight);
  for (const ParzenCoordinate& coordinate : coordinates_) log_scale += coordinate.log_unit();
  std::vector<double> densities;
  for (std::size_t i = 0; i < count; ++i) {
    double prior = 0.0;
    for (std::size_t d = 0; d < dimensions; ++d) prior += coordinates_[d].log_prior(points[i * dimensions + d]);
    sums[i].add(prior, kPriorWeight);
    densities.push_back(sums[i].log() - log_scale);
  }
  return densities;
}

}  // namespace nascent
