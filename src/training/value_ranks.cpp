#include "training/value_ranks.h"

#include <algorithm>
#include <cmath>

namespace nascent {
namespace {

/// Rows looked at, and values kept of a column: what a rank needs to be known to.
constexpr std::size_t kMostRows = 20'000;
constexpr std::size_t kMostValues = 256;

std::vector<float> different_values(const Matrix& numbers, std::size_t column) {
  std::vector<float> values;
  const std::size_t stride = std::max<std::size_t>(1, numbers.rows / kMostRows);
  for (std::size_t r = 0; r < numbers.rows; r += stride) {
    if (std::isfinite(numbers(r, column))) values.push_back(numbers(r, column));
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

float rank_of(float value, const std::vector<float>& values) {
  const auto above = std::upper_bound(values.begin(), values.end(), value);
  if (above == values.begin()) return -1.0F;
  if (above == values.end()) return 1.0F;
  const float low = *(above - 1);
  const auto place = static_cast<float>(above - 1 - values.begin()) + (value - low) / (*above - low);
  return 2.0F * place / static_cast<float>(values.size() - 1) - 1.0F;
}

}  // namespace

ValueRanks::ValueRanks(const Matrix& numbers) {
  for (std::size_t c = 0; c < numbers.columns; ++c) {
    std::vector<float> values = different_values(numbers, c);
    if (values.size() <= 2) continue;
    if (values.size() > kMostValues) {
      for (std::size_t i = 0; i < kMostValues; ++i) values[i] = values[i * (values.size() - 1) / (kMostValues - 1)];
      values.resize(kMostValues);
    }
    columns_.push_back(static_cast<std::int64_t>(c));
    values_.push_back(std::move(values));
  }
}

Matrix ValueRanks::appended_to(const Matrix& numbers) const {
  Matrix out(numbers.rows, numbers.columns + columns_.size());
  for (std::size_t r = 0; r < numbers.rows; ++r) {
    const auto from = numbers.row(r);
    const auto to = out.row(r);
    std::copy(from.begin(), from.end(), to.begin());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      to[numbers.columns + i] = rank_of(from[static_cast<std::size_t>(columns_[i])], values_[i]);
    }
  }
  return out;
}

ValueRanks ValueRanks::from_json(const Json& json) {
  ValueRanks ranks;
  json.at("columns").get_to(ranks.columns_);
  json.at("values").get_to(ranks.values_);
  return ranks;
}

}  // namespace nascent
