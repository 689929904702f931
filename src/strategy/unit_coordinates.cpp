#include "strategy/unit_coordinates.h"

#include <cmath>

namespace nascent {
namespace {

/// Finer cells than this are as good as a continuum.
constexpr std::int64_t kMostCells = 200;

}  // namespace

UnitCoordinate::UnitCoordinate(std::size_t dimension, const Dimension& of)
    : dimension_(dimension), low_(of.low), high_(of.high) {
  const std::int64_t count = of.count();
  if (count == 0) return;
  const bool log_integer = of.kind == Dimension::Kind::kInt && of.log;
  const double half = of.step > 0.0 ? of.step / 2.0 : 0.5;
  low_ = log_integer ? std::log(std::exp(of.low) - 0.5) : of.low - half;
  high_ = log_integer ? std::log(std::exp(of.high) + 0.5) : of.high + half;
  if (count > kMostCells) return;
  for (std::int64_t i = 0; i + 1 < count; ++i) {
    const double value = of.value_at(i);
    thresholds_.push_back(to_unit(log_integer ? std::log(std::exp(value) + 0.5) : value + half));
  }
}

SplitDimensions split_dimensions(const Encoding& encoding) {
  SplitDimensions split;
  for (std::size_t i = 0; i < encoding.dimensions().size(); ++i) {
    const Dimension& dimension = encoding.dimensions()[i];
    if (dimension.count() == 1) continue;
    if (dimension.is_numeric()) {
      split.numbers.emplace_back(i, dimension);
    } else {
      split.categories.push_back(i);
    }
  }
  return split;
}

}  // namespace nascent
