#include "tabular/number_transform.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace nascent {

namespace {

/// Far beyond anything that standardized training data holds, and far below what overflows in a product.
constexpr double kLargest = 1e6;

/// The value below which `share` of the values lie. Reorders them.
double quantile(std::vector<float>& values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double smooth_clip(double x) { return x / std::sqrt(1.0 + (x / 3.0) * (x / 3.0)); }

}  // namespace

NumberTransform NumberTransform::fit(std::span<const float> column, std::span<const std::uint32_t> rows,
                                     Preprocessing::Numbers how) {
  NumberTransform transform;
  transform.how_ = how;
  if (how == Preprocessing::Numbers::kKeep) return transform;

  std::vector<float> values;
  values.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    if (std::isfinite(column[row])) values.push_back(column[row]);
  }
  transform.has_indicator_ = !values.empty() && values.size() < rows.size();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  transform.has_value_ = !values.empty() && *low < *high;
  if (!transform.has_value_) return transform;

  const double range = static_cast<double>(*high) - *low;
  transform.fill_ = quantile(values, 0.5);
  if (how == Preprocessing::Numbers::kRobust) {
    transform.centre_ = transform.fill_;
    const double quartile_range = quantile(values, 0.75) - quantile(values, 0.25);
    transform.scale_ = quartile_range > 0.0 ? 1.0 / quartile_range : 2.0 / range;
  } else {
    // The missing cells count as the median that they will become, so that the column as used has unit variance.
    const auto count = static_cast<double>(rows.size());
    const double missing = count - static_cast<double>(values.size());
    double sum = missing * transform.fill_;
    for (const float value : values) sum += value;
    transform.centre_ = sum / count;
    double squares = missing * std::pow(transform.fill_ - transform.centre_, 2);
    for (const float value : values) squares += std::pow(value - transform.centre_, 2);
    transform.scale_ = 1.0 / std::sqrt(squares / count);
  }
  return transform;
}

void NumberTransform::apply(std::span<const float> column, std::span<const std::uint32_t> rows, Matrix& out,
                            std::size_t first_column) const {
  const std::size_t indicator_column = first_column + (has_value_ ? 1 : 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const float cell = column[rows[i]];
    const bool missing = !std::isfinite(cell);
    if (has_indicator_) out(i, indicator_column) = missing ? 1.0F : 0.0F;
    if (!has_value_) continue;
    if (how_ == Preprocessing::Numbers::kKeep) {
      out(i, first_column) = missing ? std::numeric_limits<float>::quiet_NaN() : cell;
      continue;
    }
    double value = ((missing ? fill_ : cell) - centre_) * scale_;
    value = std::clamp(value, -kLargest, kLargest);
    if (how_ == Preprocessing::Numbers::kRobust) value = smooth_clip(value);
    out(i, first_column) = static_cast<float>(value);
  }
}

Json NumberTransform::to_json() const {
  return {{"how", static_cast<int>(how_)},
          {"value", has_value_},
          {"indicator", has_indicator_},
          {"fill", fill_},
          {"centre", centre_},
          {"scale", scale_}};
}

NumberTransform NumberTransform::from_json(const Json& json) {
  NumberTransform transform;
  transform.how_ = static_cast<Preprocessing::Numbers>(json.at("how").get<int>());
  transform.has_value_ = json.at("value");
  transform.has_indicator_ = json.at("indicator");
  transform.fill_ = json.at("fill");
  transform.centre_ = json.at("centre");
  transform.scale_ = json.at("scale");
  return transform;
}

}  // namespace nascent
