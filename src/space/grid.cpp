#include "space/grid.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace nascent {
namespace {

double rounded_to_12_digits(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, 11);
  double rounded = value;
  std::from_chars(buffer, end, rounded);
  return rounded;
}

}  // namespace

std::uint64_t grid_count(double low, double high, double step) {
  // The tolerance lets 0, 0.1, ... 0.3 have four values although 0.3 / 0.1 is a little less than 3.
  return static_cast<std::uint64_t>(std::floor((high - low) / step * (1.0 + 1e-12) + 1e-9)) + 1;
}

double grid_value(double low, double step, std::uint64_t index) {
  if (index == 0) return low;
  return rounded_to_12_digits(low + static_cast<double>(index) * step);
}

std::uint64_t nearest_grid_index(double low, double high, double step, double value) {
  const double last = static_cast<double>(grid_count(low, high, step) - 1);
  return static_cast<std::uint64_t>(std::clamp(std::round((value - low) / step), 0.0, last));
}

double nearest(const FloatDomain& domain, double value) {
  if (!domain.step) return std::clamp(value, domain.low, domain.high);
  return grid_value(domain.low, *domain.step, nearest_grid_index(domain.low, domain.high, *domain.step, value));
}

std::int64_t nearest(const IntDomain& domain, double value) {
  const double inside = std::clamp(value, static_cast<double>(domain.low), static_cast<double>(last_of(domain)));
  const std::int64_t steps =
      std::llround((inside - static_cast<double>(domain.low)) / static_cast<double>(domain.step));
  return std::min(domain.low + steps * domain.step, last_of(domain));
}

}  // namespace nascent
