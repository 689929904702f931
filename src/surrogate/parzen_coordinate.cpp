#include "surrogate/parzen_coordinate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "surrogate/kernel_loops.h"
#include "surrogate/normal.h"

namespace nascent {
namespace {

using Kind = ParzenDimension::Kind;

/// The narrowest kernel is this part of the range, however many there are (Watanabe's Δ).
constexpr double kNarrowest = 0.03;
/// The part of a standard deviation up to which the mass of a cell is taken from its expansion around the middle.
constexpr double kNarrowCell = 0.5;
const double kHalfLogTwoPi = 0.5 * std::log(2.0 * std::numbers::pi);
/// Behind every observation, so that the prior is the newest of all kernels.
constexpr std::uint32_t kPriorPlace = std::numeric_limits<std::uint32_t>::max();
constexpr double kPriorMean = 0.5;
constexpr double kPriorWidth = 1.0;

double width_of(float scale) { return 1.0 / (std::numbers::sqrt2 * static_cast<double>(scale)); }

double log_mass(double low, double high, double mean, double width) {
  return normal_log_mass((low - mean) / width, (high - mean) / width);
}

/// A normal distribution truncated to [0, 1], which holds its mean, by rejection: at least a third is accepted.
double truncated_normal(double mean, double width, Random& random) {
  for (;;) {
    const double value = mean + width * random.normal();
    if (value >= 0.0 && value <= 1.0) return value;
  }
}

}  // namespace

ParzenCoordinate::ParzenCoordinate(const ParzenDimension& dimension) : dimension_(dimension) {
  const bool discrete = dimension.kind == Kind::kDiscrete;
  low_ = discrete ? cell_edge(dimension.low, -1.0) : dimension.low;
  high_ = discrete ? cell_edge(dimension.high, 1.0) : dimension.high;
  if (constant() || categorical()) return;
  if (!discrete) log_unit_ = std::log(high_ - low_);
  prior_log_mass_ = log_mass(0.0, 1.0, kPriorMean, kPriorWidth);
  order_.push_back({static_cast<float>(kPriorMean), kPriorPlace});
  if (!discrete) return;
  const double narrow = kNarrowCell * kNarrowest;
  for (double value = dimension.low; value <= dimension.high + 1e-9 * (high_ - low_);) {
    // Cells do not get wider from low to high.
    if (cell_of(value).width <= narrow) break;
    wide_values_.push_back(value);
    value = nearest_value(dimension.log ? std::log(std::exp(value) + 1.0) : value + dimension.step);
    if (value <= wide_values_.back()) break;
  }
  wide_masses_.resize(wide_values_.size());
}

double ParzenCoordinate::cell_edge(double value, double half_steps) const {
  const double offset = 0.5 * half_steps * dimension_.step;
  return dimension_.log ? std::log(std::exp(value) + offset) : value + offset;
}

ParzenCoordinate::Cell ParzenCoordinate::cell_of(double value) const {
  const double range = high_ - low_;
  // Not the difference of the edges, which vanishes among very many values.
  const double half = 0.5 * dimension_.step;
  const double width = dimension_.log ? std::log1p(dimension_.step / (std::exp(value) - half)) : dimension_.step;
  return {(cell_edge(value, -1.0) - low_) / range, (cell_edge(value, 1.0) - low_) / range, width / range};
}

double ParzenCoordinate::half_cell(double mean) const {
  if (dimension_.kind != Kind::kDiscrete) return 0.0;
  return 0.5 * cell_of(std::clamp(low_ + mean * (high_ - low_), dimension_.low, dimension_.high)).width;
}

double ParzenCoordinate::nearest_value(double value) const {
  double nearest = value;
  if (dimension_.kind == Kind::kDiscrete)
    nearest = dimension_.log
                  ? std::log(std::round(std::exp(value)))
                  : dimension_.low + std::round((value - dimension_.low) / dimension_.step) * dimension_.step;
  return std::clamp(nearest, dimension_.low, dimension_.high);
}

std::size_t ParzenCoordinate::wide_index(double value) const {
  const double steps =
      dimension_.log ? std::exp(value) - std::exp(dimension_.low) : (value - dimension_.low) / dimension_.step;
  return std::min(static_cast<std::size_t>(std::llround(std::max(0.0, steps))), wide_values_.size());
}

void ParzenCoordinate::insert(std::size_t place, double value) {
  if (constant()) return;
  const double inside = std::clamp(value, dimension_.low, dimension_.high);
  const auto at = static_cast<std::ptrdiff_t>(place);
  const float mean = categorical() ? static_cast<float>(inside) : scaled(inside);
  const bool newest = place == means_.size();
  means_.insert(means_.begin() + at, mean);
  if (categorical()) return;
  scales_.insert(scales_.begin() + at, 0.0f);
  log_norms_.insert(log_norms_.begin() + at, 0.0f);
  if (!wide_values_.empty()) rows_.insert(rows_.begin() + at, 0);
  if (!newest)
    for (Neighbour& neighbour : order_)
      if (neighbour.place >= place && neighbour.place != kPriorPlace) ++neighbour.place;
  const Neighbour added{mean, static_cast<std::uint32_t>(place)};
  const auto entry = order_.insert(std::lower_bound(order_.begin(), order_.end(), added), added);
  const auto index = static_cast<std::size_t>(entry - order_.begin());
  set_widths(index == 0 ? 0 : index - 1, std::min(index + 2, order_.size()));
}

void ParzenCoordinate::erase(std::size_t place) {
  if (constant()) return;
  const auto at = static_cast<std::ptrdiff_t>(place);
  const Neighbour removed{means_[place], static_cast<std::uint32_t>(place)};
  means_.erase(means_.begin() + at);
  if (categorical()) return;
  scales_.erase(scales_.begin() + at);
  log_norms_.erase(log_norms_.begin() + at);
  if (!wide_values_.empty()) rows_.erase(rows_.begin() + at);
  const auto entry = order_.erase(std::lower_bound(order_.begin(), order_.end(), removed));
  const auto index = static_cast<std::size_t>(entry - order_.begin());
  if (place < means_.size())
    for (Neighbour& neighbour : order_)
      if (neighbour.place > place && neighbour.place != kPriorPlace) --neighbour.place;
  set_widths(index == 0 ? 0 : index - 1, std::min(index + 1, order_.size()));
}

void ParzenCoordinate::set_widths(std::size_t from, std::size_t to) {
  const double narrowest = std::max(kNarrowest, std::pow(1.0 + static_cast<double>(order_.size()), -2.0));
  const bool all = narrowest != narrowest_;
  narrowest_ = narrowest;
  for (std::size_t entry = all ? 0 : from; entry < (all ? order_.size() : to); ++entry) set_width(entry);
}

void ParzenCoordinate::set_width(std::size_t entry) {
  const std::size_t place = order_[entry].place;
  if (place == kPriorPlace) return;
  const double mean = static_cast<double>(order_[entry].mean);
  double width = 0.0;
  if (entry > 0) width = mean - static_cast<double>(order_[entry - 1].mean);
  if (entry + 1 < order_.size()) width = std::max(width, static_cast<double>(order_[entry + 1].mean) - mean);
  width = std::clamp(width, std::max(narrowest_, half_cell(mean)), 1.0);
  const auto scale = static_cast<float>(1.0 / (std::numbers::sqrt2 * width));
  if (scales_[place] == scale) return;
  scales_[place] = scale;
  log_norms_[place] = static_cast<float>(log_mass(0.0, 1.0, mean, width) + kHalfLogTwoPi + std::log(width));
  if (!wide_values_.empty()) rows_[place] = masses_row(means_[place], scale);
}

std::uint32_t ParzenCoordinate::masses_row(float mean, float scale) {
  const auto next = static_cast<std::uint32_t>(wide_masses_.front().size());
  const auto [known, is_new] = known_rows_.try_emplace({mean, scale}, next);
  if (!is_new) return known->second;
  const double width = width_of(scale);
  for (std::size_t i = 0; i < wide_values_.size(); ++i) {
    const Cell cell = cell_of(wide_values_[i]);
    // With the constant that `log_norms_` takes away from all discrete values.
    const double mass =
        log_mass(cell.low, cell.high, static_cast<double>(mean), width) + kHalfLogTwoPi + std::log(width);
    wide_masses_[i].push_back(static_cast<float>(mass));
  }
  return next;
}

void ParzenCoordinate::subtract_norms(std::size_t first, std::size_t count, float* terms) const {
  if (constant() || categorical()) return;
  for (std::size_t k = 0; k < count; ++k) terms[k] -= log_norms_[first + k];
}

void ParzenCoordinate::add_kernels(std::span<const double> values, std::size_t first, std::size_t count,
                                   float* terms) const {
  if (constant()) return;
  if (categorical()) return add_categories(values, first, count, terms);
  if (dimension_.kind == Kind::kDiscrete) return add_cells(values, first, count, terms);
  for (std::size_t i = 0; i < values.size(); ++i)
    subtract_squares(scaled(values[i]), means_.data() + first, scales_.data() + first, terms + i * kBlock, count);
}

void ParzenCoordinate::add_categories(std::span<const double> values, std::size_t first, std::size_t count,
                                      float* terms) const {
  // The kernel of an observation: 1 on its category and 1 / K on each, for K kernels.
  const double categories = dimension_.high + 1.0;
  const double smoothing = 1.0 / static_cast<double>(means_.size() + 1);
  const double total = 1.0 + categories * smoothing;
  const auto hit = static_cast<float>(std::log((1.0 + smoothing) / total));
  const auto miss = static_cast<float>(std::log(smoothing / total));
  for (std::size_t i = 0; i < values.size(); ++i)
    add_matches(static_cast<float>(values[i]), hit, miss, means_.data() + first, terms + i * kBlock, count);
}

void ParzenCoordinate::add_cells(std::span<const double> values, std::size_t first, std::size_t count,
                                 float* terms) const {
  std::array<float, kBlock> masses;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t wide = wide_index(values[i]);
    if (wide == wide_values_.size()) {
      const Cell cell = cell_of(values[i]);
      const double square = cell.width * cell.width;
      float* row = terms + i * kBlock;
      // log of the mass of a cell of h standard deviations around z: log φ(z) + log h + (z² - 1) h² / 24 + O(h⁴).
      subtract_cell_squares(static_cast<float>(0.5 * (cell.low + cell.high)), static_cast<float>(square / 6.0),
                            static_cast<float>(square / 12.0), means_.data() + first, scales_.data() + first, row,
                            count);
      const auto log_cell = static_cast<float>(std::log(cell.width));
      for (std::size_t k = 0; k < count; ++k) row[k] += log_cell;
      continue;
    }
    // Points that share a value share the look-up.
    const auto same = [&](double other) { return other == values[i]; };
    if (std::any_of(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), same)) continue;
    look_up(wide_masses_[wide].data(), rows_.data() + first, masses.data(), count);
    for (std::size_t j = i; j < values.size(); ++j)
      if (same(values[j])) add_terms(masses.data(), terms + j * kBlock, count);
  }
}

double ParzenCoordinate::log_prior(double value) const {
  if (constant()) return 0.0;
  if (categorical()) return -std::log(dimension_.high + 1.0);
  const auto log_density = [this](double x) {
    const double z = (x - kPriorMean) / kPriorWidth;
    return -0.5 * z * z - kHalfLogTwoPi - std::log(kPriorWidth) - prior_log_mass_;
  };
  if (dimension_.kind == Kind::kContinuous) return log_density((value - low_) / (high_ - low_));
  const Cell cell = cell_of(value);
  if (wide_index(value) == wide_values_.size()) return log_density(0.5 * (cell.low + cell.high)) + std::log(cell.width);
  return log_mass(cell.low, cell.high, kPriorMean, kPriorWidth) - prior_log_mass_;
}

double ParzenCoordinate::sample(std::size_t place, Random& random) const {
  if (constant()) return dimension_.low;
  if (categorical()) {
    const double categories = dimension_.high + 1.0;
    const bool observed = random.chance(1.0 / (1.0 + categories / static_cast<double>(means_.size() + 1)));
    return observed ? static_cast<double>(means_[place]) : sample_prior(random);
  }
  const double value = truncated_normal(static_cast<double>(means_[place]), width_of(scales_[place]), random);
  return nearest_value(low_ + value * (high_ - low_));
}

double ParzenCoordinate::sample_prior(Random& random) const {
  if (constant()) return dimension_.low;
  if (categorical()) return static_cast<double>(random.below(static_cast<std::uint64_t>(dimension_.high + 1.0)));
  return nearest_value(low_ + truncated_normal(kPriorMean, kPriorWidth, random) * (high_ - low_));
}

}  // namespace nascent
