#include "space/edits.h"

#include <algorithm>
#include <cmath>

#include "nascent/core/error.h"
#include "space/draw.h"
#include "space/grid.h"

namespace nascent {
namespace {

void collect(const SearchSpace& space, Configuration& configuration, std::vector<Place>& places) {
  for (const Parameter& parameter : space.parameters()) {
    Value* value = configuration.find(parameter.name);
    if (value == nullptr)
      throw InternalError("the configuration lacks \"" + parameter.name + "\", so it is no point of its space");
    places.push_back({&parameter, value});
    if (const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain)) {
      auto& chosen = std::get<ChoiceValue>(*value);
      collect(categorical->choices[index_of(*categorical, chosen.name)].branch, chosen.branch, places);
    } else if (const auto* repeat = std::get_if<RepeatDomain>(&parameter.domain)) {
      for (Element& element : std::get<std::vector<Element>>(*value)) collect(repeat->element, element.values, places);
    }
  }
}

/// A point of [0, 1] that left it comes back as from a mirror.
double reflected(double x) {
  x = std::fabs(std::fmod(x, 2.0));
  return x > 1.0 ? 2.0 - x : x;
}

double number_of(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return static_cast<double>(std::get<std::int64_t>(value));
}

struct Range {
  double low, high;
  bool log;
};

Range range_of(const Parameter& parameter) {
  if (const auto* real = std::get_if<FloatDomain>(&parameter.domain)) return {real->low, real->high, real->log};
  const auto& integer = std::get<IntDomain>(parameter.domain);
  return {static_cast<double>(integer.low), static_cast<double>(last_of(integer)), integer.log};
}

/// Between 0 and 1 on the (logarithmic) range.
double to_unit(const Range& range, double x) {
  if (range.log) return std::log(x / range.low) / std::log(range.high / range.low);
  return (x - range.low) / (range.high - range.low);
}

double from_unit(const Range& range, double unit) {
  if (range.log) return range.low * std::exp(unit * std::log(range.high / range.low));
  return range.low + unit * (range.high - range.low);
}

Value nearest_value(const Parameter& parameter, double x) {
  if (const auto* real = std::get_if<FloatDomain>(&parameter.domain)) return nearest(*real, x);
  return nearest(std::get<IntDomain>(parameter.domain), x);
}

/// The index of a value among those of a parameter whose values are counted and ordered.
std::uint64_t index_of_value(const Parameter& parameter, const Value& value) {
  if (const auto* real = std::get_if<FloatDomain>(&parameter.domain))
    return nearest_grid_index(real->low, real->high, real->step.value_or(1.0), std::get<double>(value));
  if (const auto* integer = std::get_if<IntDomain>(&parameter.domain))
    return static_cast<std::uint64_t>((std::get<std::int64_t>(value) - integer->low) / integer->step);
  return index_of(std::get<CategoricalDomain>(parameter.domain), std::get<ChoiceValue>(value).name);
}

Value choice_at(const CategoricalDomain& domain, std::size_t index, Random& random) {
  const Choice& choice = domain.choices[index];
  return ChoiceValue{choice.name, choice.branch.sample(random)};
}

Value value_at(const Parameter& parameter, std::uint64_t index, Random& random) {
  if (const auto* real = std::get_if<FloatDomain>(&parameter.domain))
    return real->step ? grid_value(real->low, *real->step, index) : real->low;
  if (const auto* integer = std::get_if<IntDomain>(&parameter.domain))
    return integer->low + static_cast<std::int64_t>(index) * integer->step;
  return choice_at(std::get<CategoricalDomain>(parameter.domain), index, random);
}

bool is_logarithmic(const Parameter& parameter) {
  return !std::holds_alternative<CategoricalDomain>(parameter.domain) && range_of(parameter).log;
}

/// On evenly spaced values the normal step is taken in their numbers, which serves floats, integers and categories.
Value changed_by_index(const Parameter& parameter, const Value& value, double spread, Random& random) {
  const auto last = static_cast<double>(count_of_values(parameter) - 1);
  const auto old = static_cast<double>(index_of_value(parameter, value));
  const double distance = random.normal() * spread * last;
  double index = std::round(reflected((old + distance) / last) * last);
  if (index == old) index += distance < 0.0 ? -1.0 : 1.0;
  if (index < 0.0) index = 1.0;
  if (index > last) index = last - 1.0;
  return value_at(parameter, static_cast<std::uint64_t>(index), random);
}

}  // namespace

std::size_t index_of(const CategoricalDomain& domain, std::string_view category) {
  for (std::size_t i = 0; i < domain.choices.size(); ++i)
    if (domain.choices[i].name == category) return i;
  throw InternalError("\"" + std::string(category) + "\" is not a category of its parameter");
}

std::vector<Place> active_places(const SearchSpace& space, Configuration& configuration) {
  std::vector<Place> places;
  collect(space, configuration, places);
  return places;
}

std::uint64_t count_of_values(const Parameter& parameter) {
  if (const auto* real = std::get_if<FloatDomain>(&parameter.domain)) {
    if (real->low == real->high) return 1;
    return real->step ? grid_count(real->low, real->high, *real->step) : 0;
  }
  if (const auto* integer = std::get_if<IntDomain>(&parameter.domain)) return count_of(*integer);
  return std::get<CategoricalDomain>(parameter.domain).choices.size();
}

bool can_change(const Parameter& parameter) {
  return !std::holds_alternative<RepeatDomain>(parameter.domain) && count_of_values(parameter) != 1;
}

Value changed(const Parameter& parameter, const Value& value, double spread, Random& random) {
  if (const auto* domain = std::get_if<CategoricalDomain>(&parameter.domain); domain != nullptr && !domain->ordered) {
    const std::size_t old = index_of(*domain, std::get<ChoiceValue>(value).name);
    const std::size_t other = random.below(domain->choices.size() - 1);
    return choice_at(*domain, other < old ? other : other + 1, random);
  }
  if (count_of_values(parameter) != 0 && !is_logarithmic(parameter))
    return changed_by_index(parameter, value, spread, random);

  const Range range = range_of(parameter);
  const double old = number_of(value);
  const double distance = random.normal() * spread;
  Value result = nearest_value(parameter, from_unit(range, reflected(to_unit(range, old) + distance)));
  if (result != value) return result;
  // The step was too small to reach another value.
  const int direction = distance < 0.0 ? -1 : 1;
  for (const int side : {direction, -direction}) {
    if (std::holds_alternative<IntDomain>(parameter.domain)) {
      if (auto next = stepped(parameter, value, side, random)) return *next;
    } else if (auto beside = drawn_beside(parameter, value, side, spread, random)) {
      return *beside;
    }
  }
  return old == range.low ? range.high : range.low;
}

std::optional<Value> stepped(const Parameter& parameter, const Value& value, std::int64_t steps, Random& random) {
  const auto index = static_cast<std::int64_t>(index_of_value(parameter, value)) + steps;
  if (index < 0 || index >= static_cast<std::int64_t>(count_of_values(parameter))) return {};
  return value_at(parameter, static_cast<std::uint64_t>(index), random);
}

std::optional<Value> drawn_beside(const Parameter& parameter, const Value& value, int direction, double spread,
                                  Random& random) {
  const std::uint64_t count = count_of_values(parameter);
  if (count != 0 && !is_logarithmic(parameter)) {
    const auto last = static_cast<double>(count - 1);
    const auto index = static_cast<double>(index_of_value(parameter, value));
    const double room = direction > 0 ? last - index : index;
    if (room < 1.0) return {};
    double steps = std::max(1.0, std::round(std::fabs(random.normal()) * spread * last));
    if (steps > room) steps = 1.0 + static_cast<double>(random.below(static_cast<std::uint64_t>(room)));
    return stepped(parameter, value, direction * static_cast<std::int64_t>(steps), random);
  }
  const Range range = range_of(parameter);
  const double unit = std::clamp(to_unit(range, number_of(value)), 0.0, 1.0);
  const double room = direction > 0 ? 1.0 - unit : unit;
  double distance = std::fabs(random.normal()) * spread;
  if (distance > room) distance = random.uniform() * room;
  Value result = nearest_value(parameter, from_unit(range, unit + direction * distance));
  // Rounding may carry a tiny distance nowhere, or to the other side.
  if ((number_of(result) - number_of(value)) * direction > 0.0) return result;
  if (count != 0) return stepped(parameter, value, direction, random);
  const double end = direction > 0 ? range.high : range.low;
  if (number_of(value) == end) return {};
  return end;
}

void insert_random(const RepeatDomain& domain, std::vector<Element>& elements, std::size_t at, Random& random) {
  Element element{unused_identity(elements), domain.element.sample(random)};
  elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(at), std::move(element));
}

void duplicate(std::vector<Element>& elements, std::size_t at) {
  Element copy{unused_identity(elements), elements[at].values};
  elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(copy));
}

std::uint64_t unused_identity(const std::vector<Element>& elements) {
  const auto used = [&](std::uint64_t identity) {
    return std::any_of(elements.begin(), elements.end(), [&](const Element& e) { return e.identity == identity; });
  };
  std::uint64_t identity = 1;
  for (const Element& element : elements) identity = std::max(identity, element.identity + 1);
  while (used(identity)) ++identity;
  return identity;
}

}  // namespace nascent
