#include "nascent/space/search_space.h"

#include <fmt/format.h>

#include <cmath>

#include "nascent/core/error.h"
#include "space/fnv.h"
#include "space/grid.h"

namespace nascent {
namespace {

/// Up to here a double holds every integer, which the encoding needs.
constexpr std::int64_t kLargestInteger = std::int64_t{1} << 53;
constexpr double kMostSteps = 4503599627370496.0;  // 2^52

InputError bad_parameter(const std::string& name, const std::string& what) {
  return InputError(fmt::format("parameter \"{}\": {}", name, what));
}

void check_text(const std::string& text, const char* what) {
  if (text.empty()) throw InputError(fmt::format("a {} of the search space has an empty name; give it one", what));
  try {
    Json(text).dump();
  } catch (const Json::exception&) {
    throw InputError(fmt::format("the name of a {} of the search space is not valid UTF-8", what));
  }
}

}  // namespace

SearchSpace::SearchSpace() = default;
SearchSpace::SearchSpace(const SearchSpace&) = default;
SearchSpace::SearchSpace(SearchSpace&&) noexcept = default;
SearchSpace& SearchSpace::operator=(const SearchSpace&) = default;
SearchSpace& SearchSpace::operator=(SearchSpace&&) noexcept = default;
SearchSpace::~SearchSpace() = default;

void SearchSpace::add(Parameter parameter) {
  check_text(parameter.name, "parameter");
  if (parameter.name == "#")
    throw InputError("no parameter can be called \"#\": that key holds the identity of a list's element");
  if (find(parameter.name) != nullptr)
    throw bad_parameter(parameter.name, "it is there already; give each parameter of one level a name of its own");
  if (const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain))
    for (const Choice& choice : categorical->choices) constrained_ = constrained_ || choice.branch.is_constrained();
  if (const auto* list = std::get_if<RepeatDomain>(&parameter.domain))
    constrained_ = constrained_ || list->element.is_constrained();
  parameters_.push_back(std::move(parameter));
}

SearchSpace& SearchSpace::add_float(std::string name, double low, double high, NumberOptions options) {
  if (!std::isfinite(low) || !std::isfinite(high))
    throw bad_parameter(name, fmt::format("its bounds {} and {} must be finite", low, high));
  if (low > high) throw bad_parameter(name, fmt::format("its range is empty, since {} is above {}", low, high));
  if (!std::isfinite(high - low)) throw bad_parameter(name, "its range is too wide; bring the bounds closer");
  if (options.log && options.step) throw bad_parameter(name, "log and step cannot be used together; leave one out");
  if (options.log && !(low > 0.0))
    throw bad_parameter(name, fmt::format("a logarithmic range must start above 0, not at {}", low));
  if (options.step && !(*options.step > 0.0 && std::isfinite(*options.step)))
    throw bad_parameter(name, fmt::format("its step must be above 0, not {}", *options.step));
  if (options.step && (high - low) / *options.step > kMostSteps)
    throw bad_parameter(name, fmt::format("its step {} is too small for its range; leave the step out", *options.step));
  add({std::move(name), FloatDomain{low, high, options.log, options.step}});
  return *this;
}

SearchSpace& SearchSpace::add_int(std::string name, std::int64_t low, std::int64_t high, NumberOptions options) {
  if (low > high) throw bad_parameter(name, fmt::format("its range is empty, since {} is above {}", low, high));
  if (low < -kLargestInteger || high > kLargestInteger)
    throw bad_parameter(name, fmt::format("its bounds must lie between -2^53 and 2^53 ({})", kLargestInteger));
  if (options.log && options.step) throw bad_parameter(name, "log and step cannot be used together; leave one out");
  if (options.log && low < 1)
    throw bad_parameter(name, fmt::format("a logarithmic range must start above 0, not at {}", low));
  const double step = options.step.value_or(1.0);
  if (!(step >= 1.0 && step <= static_cast<double>(kLargestInteger) && step == std::floor(step)))
    throw bad_parameter(name, fmt::format("the step of an integer must be a whole number from 1, not {}", step));
  add({std::move(name), IntDomain{low, high, options.log, static_cast<std::int64_t>(step)}});
  return *this;
}

SearchSpace& SearchSpace::add_categorical(std::string name, std::vector<Choice> choices) {
  if (choices.empty()) throw bad_parameter(name, "it has no categories; give at least one");
  for (std::size_t i = 0; i < choices.size(); ++i) {
    check_text(choices[i].name, "category");
    for (std::size_t j = 0; j < i; ++j)
      if (choices[i].name == choices[j].name)
        throw bad_parameter(name, fmt::format("the category \"{}\" is there twice", choices[i].name));
  }
  add({std::move(name), CategoricalDomain{std::move(choices)}});
  return *this;
}

SearchSpace& SearchSpace::add_ordered(std::string name, std::vector<Choice> choices) {
  add_categorical(std::move(name), std::move(choices));
  std::get<CategoricalDomain>(parameters_.back().domain).ordered = true;
  return *this;
}

SearchSpace& SearchSpace::add_repeat(std::string name, std::int64_t minimum, std::int64_t maximum,
                                     SearchSpace element) {
  if (minimum < 0) throw bad_parameter(name, fmt::format("its least length must be 0 or more, not {}", minimum));
  if (minimum > maximum)
    throw bad_parameter(name, fmt::format("its range of lengths is empty, since {} is above {}", minimum, maximum));
  add({std::move(name), RepeatDomain{minimum, maximum, std::move(element)}});
  return *this;
}

const Parameter* SearchSpace::find(std::string_view name) const {
  for (const Parameter& parameter : parameters_)
    if (parameter.name == name) return &parameter;
  return nullptr;
}

SearchSpace& SearchSpace::set_traits(SpaceTraits traits) {
  traits_ = std::make_shared<const SpaceTraits>(std::move(traits));
  return *this;
}

const SpaceTraits& SearchSpace::traits() const {
  static const SpaceTraits none;
  return traits_ ? *traits_ : none;
}

std::uint64_t SearchSpace::key(const Configuration& configuration) const {
  if (!traits_ || !traits_->key) return configuration.hash();
  return fnv1a(traits_->key(configuration));
}

bool SearchSpace::operator==(const SearchSpace& other) const {
  return parameters_ == other.parameters_ && constraints_ == other.constraints_;
}

}  // namespace nascent
