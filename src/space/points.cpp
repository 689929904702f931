// Drawing, counting and numbering the points of a space.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"
#include "nascent/space/search_space.h"
#include "space/draw.h"
#include "space/grid.h"
#include "space/repair.h"

namespace nascent {
namespace {

using Size = std::optional<std::uint64_t>;
/// How often a point is drawn again that the traits forbid.
constexpr int kMostDraws = 1000;
constexpr std::uint64_t kLargestSize = std::uint64_t{1} << 62;

Size sum(Size a, Size b) {
  if (!a || !b || *a > kLargestSize - *b) return {};
  return *a + *b;
}

Size product(Size a, Size b) {
  if (!a || !b || *a > kLargestSize / *b) return {};
  return *a * *b;
}

Size size_of(const FloatDomain& domain) {
  if (domain.low == domain.high) return 1;
  if (!domain.step) return {};
  return grid_count(domain.low, domain.high, *domain.step);
}

Size size_of(const IntDomain& domain) { return count_of(domain); }

Size size_of(const CategoricalDomain& domain) {
  Size total = 0;
  for (const Choice& choice : domain.choices) total = sum(total, choice.branch.size());
  return total;
}

/// The sum of size^length over all lengths.
Size size_of(const RepeatDomain& domain) {
  const Size element = domain.element.size();
  if (domain.maximum == 0) return 1;
  if (!element) return {};
  if (*element == 1) return static_cast<std::uint64_t>(domain.maximum - domain.minimum) + 1;
  Size total = 0;
  Size power = 1;
  for (std::int64_t length = 0; total && length <= domain.maximum; ++length) {
    if (length >= domain.minimum) total = sum(total, power);
    if (length < domain.maximum) power = product(power, element);
    if (!power) return {};
  }
  return total;
}

Value sample_from(const FloatDomain& domain, Random& random) {
  if (domain.step) return grid_value(domain.low, *domain.step, random.below(*size_of(domain)));
  if (!domain.log) return std::clamp(random.uniform(domain.low, domain.high), domain.low, domain.high);
  return std::clamp(std::exp(random.uniform(std::log(domain.low), std::log(domain.high))), domain.low, domain.high);
}

Value sample_from(const IntDomain& domain, Random& random) {
  if (!domain.log) return domain.low + static_cast<std::int64_t>(random.below(count_of(domain))) * domain.step;
  // The half on each side gives the outermost integers their whole share of the logarithmic range.
  const double low = std::log(static_cast<double>(domain.low) - 0.5);
  const double high = std::log(static_cast<double>(domain.high) + 0.5);
  return nearest(domain, std::round(std::exp(random.uniform(low, high))));
}

Value sample_from(const CategoricalDomain& domain, Random& random) {
  const Choice& choice = domain.choices[random.below(domain.choices.size())];
  return ChoiceValue{choice.name, choice.branch.sample(random)};
}

Value sample_from(const RepeatDomain& domain, Random& random) {
  const std::int64_t length = random.integer(domain.minimum, domain.maximum);
  std::vector<Element> elements;
  elements.reserve(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i)
    elements.push_back({static_cast<std::uint64_t>(i) + 1, domain.element.sample(random)});
  return elements;
}

Value point_of(const FloatDomain& domain, std::uint64_t index) {
  return domain.step ? grid_value(domain.low, *domain.step, index) : domain.low;
}

Value point_of(const IntDomain& domain, std::uint64_t index) {
  return domain.low + static_cast<std::int64_t>(index) * domain.step;
}

Value point_of(const CategoricalDomain& domain, std::uint64_t index) {
  for (const Choice& choice : domain.choices) {
    const std::uint64_t size = *choice.branch.size();
    if (index < size) return ChoiceValue{choice.name, choice.branch.point(index)};
    index -= size;
  }
  throw InternalError("the index of a category is beyond its size");
}

Value point_of(const RepeatDomain& domain, std::uint64_t index) {
  std::vector<Element> elements;
  if (domain.maximum == 0) return elements;
  const std::uint64_t size = *domain.element.size();
  std::int64_t length = domain.minimum;
  if (size == 1) {
    length += static_cast<std::int64_t>(index);
    index = 0;
  } else {
    std::uint64_t power = 1;
    for (std::int64_t i = 0; i < length; ++i) power *= size;
    for (; index >= power; power *= size, ++length) index -= power;
  }
  for (std::int64_t i = 0; i < length; ++i, index /= size)
    elements.push_back({static_cast<std::uint64_t>(i) + 1, domain.element.point(index % size)});
  return elements;
}

}  // namespace

Value draw(const Parameter& parameter, Random& random) {
  return std::visit([&](const auto& domain) { return sample_from(domain, random); }, parameter.domain);
}

Configuration SearchSpace::sample(Random& random) const {
  const auto& allowed = traits().allowed;
  for (int attempt = 0; attempt < kMostDraws; ++attempt) {
    Configuration configuration;
    configuration.reserve(parameters_.size());
    for (const Parameter& parameter : parameters_) configuration.append(parameter.name, draw(parameter, random));
    if (!constraints_.empty()) keep_constraints(*this, configuration, random);
    if (!allowed || allowed(configuration)) return configuration;
  }
  throw InputError(fmt::format(
      "search space: its limits (beyond the constraints) allow hardly any point, for {} random draws found none; "
      "loosen the limits or narrow the ranges",
      kMostDraws));
}

std::optional<std::uint64_t> SearchSpace::size() const {
  Size total = 1;
  for (const Parameter& parameter : parameters_)
    total = product(total, std::visit([](const auto& domain) { return size_of(domain); }, parameter.domain));
  return total;
}

Configuration SearchSpace::point(std::uint64_t index) const {
  const Size total = size();
  if (!total || index >= *total) throw InternalError("the space has no point of this index");
  Configuration configuration;
  configuration.reserve(parameters_.size());
  for (const Parameter& parameter : parameters_) {
    configuration.append(parameter.name, std::visit(
                                             [&](const auto& domain) {
                                               const std::uint64_t size = *size_of(domain);
                                               const std::uint64_t digit = index % size;
                                               index /= size;
                                               return point_of(domain, digit);
                                             },
                                             parameter.domain));
  }
  return configuration;
}

}  // namespace nascent
