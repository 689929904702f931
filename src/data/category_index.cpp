#include "data/category_index.h"

#include <algorithm>
#include <cmath>

#include "data/cells.h"

namespace nascent {
namespace {

/// The values of the texts; empty unless all are finite numbers.
template <typename Texts>
std::vector<double> values_of(const Texts& texts) {
  std::vector<double> values;
  for (const auto& text : texts) {
    const auto value = parse_number(text);
    if (!value || std::isnan(*value)) return {};
    values.push_back(*value);
  }
  return values;
}

}  // namespace

CategoryIndex::CategoryIndex(std::span<const std::string> categories) {
  const std::vector<double> values = values_of(categories);
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const auto code = static_cast<std::int32_t>(i);
    texts_.emplace(categories[i], code);
    if (!values.empty()) values_.emplace(values[i], code);
  }
}

std::optional<std::int32_t> CategoryIndex::find(std::string_view cell) const {
  if (const auto found = texts_.find(cell); found != texts_.end()) return found->second;
  if (values_.empty()) return std::nullopt;
  const auto value = parse_number(cell);
  if (!value) return std::nullopt;
  const auto found = values_.find(*value);
  return found == values_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> sorted_categories(std::span<const std::string_view> texts) {
  std::vector<std::string> sorted(texts.begin(), texts.end());
  const std::vector<double> values = values_of(texts);
  if (values.empty()) {
    std::ranges::sort(sorted);
    return sorted;
  }
  std::vector<std::size_t> order(texts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  sorted.clear();
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || values[order[i]] != values[order[i - 1]]) sorted.emplace_back(texts[order[i]]);
  }
  return sorted;
}

}  // namespace nascent
