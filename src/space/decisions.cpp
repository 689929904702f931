#include "nascent/space/decisions.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "nascent/core/error.h"

namespace nascent {
namespace {

/// Which of `bins` equal parts of the range a value on the encoded scale lies in.
std::size_t bin_of(const Dimension& dimension, double value, std::size_t bins) {
  const double share = (value - dimension.low) / (dimension.high - dimension.low) * static_cast<double>(bins);
  return static_cast<std::size_t>(std::clamp(std::floor(share), 0.0, static_cast<double>(bins - 1)));
}

/// The least index whose value lies in `bin` or beyond it.
std::int64_t first_of_bin(const Dimension& dimension, std::size_t bin, std::size_t bins) {
  std::int64_t low = 0;
  std::int64_t high = dimension.count();
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (bin_of(dimension, dimension.value_at(middle), bins) < bin)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/// Where the options of a dimension begin, and the number of its values.
std::vector<std::int64_t> starts_of(const Dimension& dimension, std::size_t bins) {
  const std::int64_t count = dimension.count();
  const bool named = dimension.kind == Dimension::Kind::kCategorical || dimension.kind == Dimension::Kind::kLength;
  std::vector<std::int64_t> starts;
  if (named || count <= static_cast<std::int64_t>(bins)) {
    for (std::int64_t i = 0; i < count; ++i) starts.push_back(i);
  } else {
    for (std::size_t bin = 0; bin < bins; ++bin) {
      const std::int64_t first = first_of_bin(dimension, bin, bins);
      // Parts without a whole number begin where the next one does.
      if (first < count && (starts.empty() || first > starts.back())) starts.push_back(first);
    }
  }
  starts.push_back(count);
  return starts;
}

/// The path without the indices of elements: "layers[2].filters" is "layers[].filters".
std::string kind_name(const std::string& path) {
  std::string name;
  bool inside = false;
  for (const char c : path) {
    if (c == ']') inside = false;
    if (!inside) name += c;
    if (c == '[') inside = true;
  }
  return name;
}

}  // namespace

Decisions::Decisions(const SearchSpace& space, std::size_t bins) : encoding_(space) {
  if (bins < 2) throw InternalError("a number must be divided into at least two parts");
  std::map<std::string, std::size_t> kinds;
  std::vector<std::size_t> asked;
  const auto& dimensions = encoding_.dimensions();
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    std::vector<std::int64_t> starts;
    if (dimensions[d].count() != 0) starts = starts_of(dimensions[d], bins);
    const std::size_t options = starts.empty() ? bins : starts.size() - 1;
    if (options < 2) continue;
    const std::size_t kind = kinds.emplace(kind_name(dimensions[d].path), kinds.size()).first->second;
    points_.push_back({dimensions[d].path, options, kind, d});
    starts_.push_back(std::move(starts));
  }
  kinds_ = kinds.size();
  point_of_dimension_.assign(dimensions.size(), points_.size());
  for (std::size_t p = 0; p < points_.size(); ++p) point_of_dimension_[points_[p].dimension] = p;
}

Configuration Decisions::walk(const std::function<std::size_t(std::size_t point)>& choose, Random& random) const {
  const auto& dimensions = encoding_.dimensions();
  std::vector<double> values(dimensions.size());
  std::vector<bool> active(dimensions.size());
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    const Dimension& dimension = dimensions[d];
    active[d] = encoding_.is_active(d, values, active);
    values[d] = dimension.low;
    const std::size_t point = point_of_dimension_[d];
    if (!active[d] || point == points_.size()) continue;
    const std::size_t option = choose(point);
    if (option >= points_[point].options) throw InternalError("a decision has no option of this number");
    if (starts_[point].empty()) {
      // Away from the edges of the part, so that rounding cannot carry the value into the next one.
      const double within = std::clamp(random.uniform(), 1e-6, 1.0 - 1e-6);
      const double part = (dimension.high - dimension.low) / static_cast<double>(points_[point].options);
      values[d] = dimension.low + (static_cast<double>(option) + within) * part;
    } else {
      values[d] = dimension.value_at(random.integer(starts_[point][option], starts_[point][option + 1] - 1));
    }
  }
  return encoding_.decode(values);
}

std::vector<MadeDecision> Decisions::of(const Configuration& configuration) const {
  const EncodedPoint encoded = encoding_.encode(configuration);
  std::vector<MadeDecision> made;
  for (std::size_t point = 0; point < points_.size(); ++point) {
    const std::size_t d = points_[point].dimension;
    if (!encoded.active[d]) continue;
    const Dimension& dimension = encoding_.dimensions()[d];
    std::size_t option = 0;
    if (starts_[point].empty()) {
      option = bin_of(dimension, encoded.values[d], points_[point].options);
    } else {
      const auto& starts = starts_[point];
      const auto next = std::upper_bound(starts.begin(), starts.end() - 1, dimension.index_of(encoded.values[d]));
      option = static_cast<std::size_t>(next - starts.begin()) - 1;
    }
    made.push_back({point, option});
  }
  return made;
}

}  // namespace nascent
