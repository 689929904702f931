#include "strategy/grid_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nascent/space/encoding.h"

namespace nascent {
namespace {

constexpr std::uint64_t kTooMany = GridPoints::kMost + 1;

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t size = 0;
  return __builtin_mul_overflow(a, b, &size) ? kTooMany : std::min(size, kTooMany);
}

std::uint64_t sum(std::uint64_t a, std::uint64_t b) { return std::min(a + b, kTooMany); }

/// Evenly spaced values of the only parameter of a space, both ends included; the middle if it is to be one.
std::vector<Value> spaced_values(const SearchSpace& only, std::uint64_t count) {
  const auto* domain = std::get_if<FloatDomain>(&only.parameters().front().domain);
  const double low = domain != nullptr ? domain->low : 0.0;
  const double high = domain != nullptr ? domain->high : 0.0;
  const Encoding encoding(only);
  const Dimension& dimension = encoding.dimensions().front();
  const auto available = static_cast<std::uint64_t>(dimension.count());
  std::vector<Value> values;
  const auto add = [&](double encoded) {
    Value value = encoding.decode({encoded}).values().front().second;
    // 0.001 and not 0.0010000000000000002.
    if (auto* real = std::get_if<double>(&value); real != nullptr && available == 0)
      value = std::clamp(std::stod(fmt::format("{:.12g}", *real)), low, high);
    if (values.empty() || !(values.back() == value)) values.push_back(std::move(value));
  };
  if (available > 0 && available <= count) {
    for (std::uint64_t i = 0; i < available; ++i) add(dimension.value_at(static_cast<std::int64_t>(i)));
    return values;
  }
  const double range = dimension.high - dimension.low;
  for (std::uint64_t i = 0; i < count; ++i)
    add(dimension.low + range * (count == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(count - 1)));
  return values;
}

}  // namespace

GridPoints::GridPoints(const SearchSpace& space, const Resolution& resolution) {
  root_.push_back(make_level(space, {}, resolution));
}

GridPoints::Level GridPoints::make_level(const SearchSpace& space, const Path& prefix, const Resolution& resolution) {
  Level level;
  for (const Parameter& parameter : space.parameters()) {
    level.axes.push_back(
        make_axis(parameter, {prefix.full + parameter.name, prefix.brief + parameter.name}, resolution));
    level.size = product(level.size, level.axes.back().size);
  }
  return level;
}

GridPoints::Axis GridPoints::make_axis(const Parameter& parameter, const Path& path, const Resolution& resolution) {
  Axis axis;
  axis.name = parameter.name;
  SearchSpace only;
  if (const auto* real = std::get_if<FloatDomain>(&parameter.domain)) {
    only.add_float("value", real->low, real->high, {.log = real->log, .step = real->step});
  } else if (const auto* whole = std::get_if<IntDomain>(&parameter.domain)) {
    NumberOptions options{.log = whole->log};
    if (whole->step != 1) options.step = static_cast<double>(whole->step);
    only.add_int("value", whole->low, whole->high, options);
  } else if (const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain)) {
    resolution(path);
    for (const Choice& choice : categorical->choices) {
      axis.categories.emplace_back(
          choice.name, make_level(choice.branch, {path.full + "." + choice.name + ".", path.brief + "."}, resolution));
      axis.size = sum(axis.size, axis.categories.back().second.size);
    }
    return axis;
  } else {
    const auto& list = std::get<RepeatDomain>(parameter.domain);
    resolution(path);
    axis.shortest = list.minimum;
    axis.longest = list.maximum;
    axis.element.push_back(make_level(list.element, {path.full + ".", path.brief + "."}, resolution));
    std::uint64_t of_length = 1;
    for (std::int64_t length = 0; length <= list.maximum; ++length) {
      if (length > 0) of_length = product(of_length, axis.element.front().size);
      if (length >= list.minimum) axis.size = sum(axis.size, of_length);
    }
    return axis;
  }
  axis.numbers = spaced_values(only, resolution({path.full, path.brief, true}));
  axis.size = axis.numbers.size();
  return axis;
}

Configuration GridPoints::point_of(const Level& level, std::uint64_t index) {
  Configuration configuration;
  for (const Axis& axis : level.axes) {
    configuration.set(axis.name, value_of(axis, index % axis.size));
    index /= axis.size;
  }
  return configuration;
}

Value GridPoints::value_of(const Axis& axis, std::uint64_t index) {
  if (!axis.numbers.empty()) return axis.numbers[index];
  for (const auto& [name, level] : axis.categories) {
    if (index < level.size) return ChoiceValue{name, point_of(level, index)};
    index -= level.size;
  }
  const Level& element = axis.element.front();
  std::uint64_t of_length = 1;
  std::int64_t length = 0;
  for (; length < axis.longest; ++length) {
    if (length >= axis.shortest) {
      if (index < of_length) break;
      index -= of_length;
    }
    of_length = product(of_length, element.size);
  }
  std::vector<Element> elements;
  for (std::int64_t i = 0; i < length; ++i) {
    elements.push_back({static_cast<std::uint64_t>(i) + 1, point_of(element, index % element.size)});
    index /= element.size;
  }
  return elements;
}

Configuration GridPoints::draw_from(const Level& level, Random& random) {
  Configuration configuration;
  for (const Axis& axis : level.axes) configuration.set(axis.name, draw_value(axis, random));
  return configuration;
}

Value GridPoints::draw_value(const Axis& axis, Random& random) {
  if (!axis.numbers.empty()) return axis.numbers[random.below(axis.numbers.size())];
  if (!axis.categories.empty()) {
    const auto& [name, level] = axis.categories[random.below(axis.categories.size())];
    return ChoiceValue{name, draw_from(level, random)};
  }
  const std::uint64_t lengths = static_cast<std::uint64_t>(axis.longest - axis.shortest) + 1;
  const std::uint64_t length = static_cast<std::uint64_t>(axis.shortest) + random.below(lengths);
  std::vector<Element> elements;
  for (std::uint64_t i = 1; i <= length; ++i) elements.push_back({i, draw_from(axis.element.front(), random)});
  return elements;
}

}  // namespace nascent
