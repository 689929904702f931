#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "nascent/core/random.h"

namespace nascent {

/// One coordinate of a Parzen estimator.
struct ParzenDimension {
  enum class Kind {
    kContinuous,   ///< any number in [low, high]
    kDiscrete,     ///< low, low + step, ..., high; with `log`, the logarithms of whole numbers
    kCategorical,  ///< 0, ..., high, without an order
  };
  Kind kind = Kind::kContinuous;
  double low = 0.0;
  double high = 1.0;
  double step = 1.0;
  bool log = false;
};

/// The kernels of a Parzen estimator in one coordinate, kept up to date as observations come and go: an observation
/// changes its own width and those of its two neighbours. Internally the range is [0, 1].
///
/// Kernels are numbered by their place, from old to new; the prior is apart from them.
class ParzenCoordinate {
 public:
  explicit ParzenCoordinate(const ParzenDimension& dimension);

  /// A value that is outside of the range is taken for the nearest end.
  void insert(std::size_t place, double value);
  void erase(std::size_t place);

  /// The most kernels that are asked for at once.
  static constexpr std::size_t kBlock = 512;

  /// Adds log κ(value | k) to the terms of the kernels [first, first + count), for each of the values; the terms of
  /// value i begin at i * kBlock. What does not depend on the value is left out: `subtract_norms` adds it, once.
  void add_kernels(std::span<const double> values, std::size_t first, std::size_t count, float* terms) const;
  void subtract_norms(std::size_t first, std::size_t count, float* terms) const;
  /// log κ(value | prior).
  double log_prior(double value) const;
  /// The log of the unit that densities are per: log of the range for continuous coordinates, 0 for the others.
  double log_unit() const { return log_unit_; }

  double sample(std::size_t place, Random& random) const;
  double sample_prior(Random& random) const;

 private:
  struct Neighbour {
    float mean;
    std::uint32_t place;
    bool operator<(const Neighbour& other) const { return std::pair(mean, place) < std::pair(other.mean, other.place); }
  };

  bool constant() const { return high_ <= low_; }
  bool categorical() const { return dimension_.kind == ParzenDimension::Kind::kCategorical; }
  float scaled(double value) const { return static_cast<float>((value - low_) / (high_ - low_)); }
  /// What belongs to a discrete value, on the scale of the kernels.
  struct Cell {
    double low, high, width;
  };
  Cell cell_of(double value) const;
  /// The least width that a kernel of a discrete coordinate may have: a narrower one would never leave its own cell.
  double half_cell(double mean) const;
  /// What lies so many half steps beside a discrete value, as encoded.
  double cell_edge(double value, double half_steps) const;
  double nearest_value(double value) const;
  /// The place of a discrete value among those with wide cells, or how many there are if it is not among them.
  std::size_t wide_index(double value) const;
  void add_categories(std::span<const double> values, std::size_t first, std::size_t count, float* terms) const;
  void add_cells(std::span<const double> values, std::size_t first, std::size_t count, float* terms) const;
  /// The widths of the entries [from, to) of `order_`; of all, where their least width has changed with their number.
  void set_widths(std::size_t from, std::size_t to);
  void set_width(std::size_t entry);
  std::uint32_t masses_row(float mean, float scale);

  ParzenDimension dimension_;
  double low_ = 0.0;  ///< bounds of the truncation: for discrete values half a step wider than the values
  double high_ = 0.0;
  double log_unit_ = 0.0;
  double prior_log_mass_ = 0.0;  ///< log of the prior's mass on the range

  std::vector<float> means_;      ///< the observed values; the category itself
  std::vector<float> scales_;     ///< 1 / (√2 σ)
  std::vector<float> log_norms_;  ///< log of what exp(-z²/2), or the mass of a cell, is to be divided by
  std::vector<Neighbour> order_;  ///< kernels and the prior by their means, equal ones from old to new
  double narrowest_ = 0.0;        ///< the least width that the kernels were last given

  /// Cells wider than half the narrowest kernel: their log masses, a table for each such value, with one row for each
  /// pair of mean and scale that occurred.
  std::vector<double> wide_values_;
  std::vector<std::vector<float>> wide_masses_;
  std::vector<std::uint32_t> rows_;
  std::map<std::pair<float, float>, std::uint32_t> known_rows_;
};

}  // namespace nascent
