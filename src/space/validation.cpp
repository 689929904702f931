// Checking configurations against their space, and reading them from JSON.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <set>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"
#include "nascent/space/search_space.h"
#include "space/expression.h"
#include "space/grid.h"

namespace nascent {
namespace {

/// How far, in steps, a number may lie from the grid: rounding in text files, not more.
constexpr double kGridTolerance = 1e-6;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw InputError(fmt::format("configuration: {} {}", path, what));
}

/// A value that is no list.
std::string text_of(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  return std::get<ChoiceValue>(value).name;
}

std::string branch_prefix(const std::string& path, const std::string& category) { return path + "=" + category + "/"; }
std::string element_prefix(const std::string& path, std::size_t index) { return fmt::format("{}[{}].", path, index); }

[[noreturn]] void fail_unknown(const std::string& prefix, const std::string& name, const SearchSpace& space) {
  std::vector<std::string> known;
  for (const Parameter& parameter : space.parameters()) known.push_back(parameter.name);
  const std::string hint = did_you_mean(name, known);
  fail(prefix + name, "is not a parameter of the search space" + hint);
}

[[noreturn]] void fail_category(const std::string& path, const std::string& name, const CategoricalDomain& domain) {
  std::vector<std::string> known;
  std::string list;
  for (const Choice& choice : domain.choices) {
    known.push_back(choice.name);
    list += (list.empty() ? "" : ", ") + choice.name;
  }
  const std::string hint = did_you_mean(name, known);
  fail(path,
       fmt::format("is \"{}\", which is none of its categories{}", name, hint.empty() ? " (" + list + ")" : hint));
}

/// "model=network breaks the constraint "depth < width" (depth is 5, width is 4)".
[[noreturn]] void fail_constraint(const std::string& prefix, const Constraint& constraint,
                                  const Configuration& configuration) {
  std::string values;
  for (const std::vector<std::string>& name : constraint.names()) {
    std::string list;
    visit_values(configuration, name, [&](const Value& value) {
      list += list.empty() ? "" : ", ";
      if (const auto* elements = std::get_if<std::vector<Element>>(&value))
        list += fmt::format("a list of {}", elements->size());
      else
        list += text_of(value);
    });
    if (!list.empty()) values += fmt::format("{}{} is {}", values.empty() ? "" : ", ", fmt::join(name, "."), list);
  }
  fail(prefix.empty() ? "it" : prefix.substr(0, prefix.size() - 1),
       fmt::format("breaks the constraint \"{}\" ({})", constraint.expression(), values));
}

const Choice* find_choice(const CategoricalDomain& domain, const std::string& name) {
  for (const Choice& choice : domain.choices)
    if (choice.name == name) return &choice;
  return nullptr;
}

template <typename Number>
void check_bounds(const std::string& path, Number value, Number low, Number high) {
  if (value < low) fail(path, fmt::format("is {}, below its lower bound {}", value, low));
  if (value > high) fail(path, fmt::format("is {}, above its upper bound {}", value, high));
}

void check_space(const std::string& prefix, const SearchSpace& space, const Configuration& configuration);

void check(const std::string& path, const FloatDomain& domain, const Value& value) {
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr) fail(path, "must be a number");
  if (!std::isfinite(*number)) fail(path, fmt::format("is {}, which is not finite", *number));
  check_bounds(path, *number, domain.low, domain.high);
  if (domain.step && std::fabs(nearest(domain, *number) - *number) > kGridTolerance * *domain.step)
    fail(path, fmt::format("is {}, which is not {} plus a multiple of {}", *number, domain.low, *domain.step));
}

void check(const std::string& path, const IntDomain& domain, const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr) fail(path, "must be a whole number");
  check_bounds(path, *number, domain.low, domain.high);
  if ((*number - domain.low) % domain.step != 0)
    fail(path, fmt::format("is {}, which is not {} plus a multiple of {}", *number, domain.low, domain.step));
}

void check(const std::string& path, const CategoricalDomain& domain, const Value& value) {
  const auto* chosen = std::get_if<ChoiceValue>(&value);
  if (chosen == nullptr) fail(path, "must be the name of a category");
  const Choice* choice = find_choice(domain, chosen->name);
  if (choice == nullptr) fail_category(path, chosen->name, domain);
  check_space(branch_prefix(path, chosen->name), choice->branch, chosen->branch);
}

void check(const std::string& path, const RepeatDomain& domain, const Value& value) {
  const auto* elements = std::get_if<std::vector<Element>>(&value);
  if (elements == nullptr) fail(path, "must be a list");
  const auto length = static_cast<std::int64_t>(elements->size());
  if (length < domain.minimum || length > domain.maximum)
    fail(path, fmt::format("has {} elements, but must have {} to {}", length, domain.minimum, domain.maximum));
  std::set<std::uint64_t> identities;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const Element& element = (*elements)[i];
    if (!identities.insert(element.identity).second)
      fail(fmt::format("{}[{}]", path, i), fmt::format("has the identity {} of another element", element.identity));
    check_space(element_prefix(path, i), domain.element, element.values);
  }
}

void check_space(const std::string& prefix, const SearchSpace& space, const Configuration& configuration) {
  for (const auto& [name, value] : configuration.values())
    if (space.find(name) == nullptr) fail_unknown(prefix, name, space);
  for (const Parameter& parameter : space.parameters()) {
    const Value* value = configuration.find(parameter.name);
    const std::string path = prefix + parameter.name;
    if (value == nullptr) fail(path, "is missing");
    std::visit([&](const auto& domain) { check(path, domain, *value); }, parameter.domain);
  }
  for (const Constraint& constraint : space.constraints())
    if (!constraint.allows(configuration)) fail_constraint(prefix, constraint, configuration);
  if (space.traits().allowed && !space.traits().allowed(configuration))
    fail(prefix.empty() ? "it" : prefix.substr(0, prefix.size() - 1), "is beyond the limits of the space");
}

Configuration read_space(const std::string& prefix, const SearchSpace& space, const Json& json);

Value read(const std::string& path, const FloatDomain& domain, const Json& json) {
  if (!json.is_number()) fail(path, fmt::format("must be a number, not {}", json.dump()));
  const double number = json.get<double>();
  // On a grid, the text's rounding is undone: equal points must have one canonical form.
  const double exact = nearest(domain, number);
  return domain.step && std::fabs(exact - number) <= kGridTolerance * *domain.step ? exact : number;
}

Value read(const std::string& path, const IntDomain&, const Json& json) {
  if (json.is_number_float()) {
    const double number = json.get<double>();
    if (number == std::floor(number) && std::fabs(number) <= 0x1p53) return static_cast<std::int64_t>(number);
  }
  const bool too_large = json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  if (!json.is_number_integer() || too_large) fail(path, fmt::format("must be a whole number, not {}", json.dump()));
  return json.get<std::int64_t>();
}

Value read(const std::string& path, const CategoricalDomain& domain, const Json& json) {
  const bool has_branch = json.is_object() && json.size() == 1;
  if (!json.is_string() && !has_branch)
    fail(path, fmt::format("must be the name of a category, or an object of the name and what is below it, not {}",
                           json.dump()));
  ChoiceValue value{has_branch ? json.begin().key() : json.get<std::string>(), {}};
  const Choice* choice = find_choice(domain, value.name);
  if (choice == nullptr) fail_category(path, value.name, domain);
  const std::string prefix = branch_prefix(path, value.name);
  value.branch = read_space(prefix, choice->branch, has_branch ? json.begin().value() : Json::object());
  return value;
}

Value read(const std::string& path, const RepeatDomain& domain, const Json& json) {
  if (!json.is_array()) fail(path, fmt::format("must be a list, not {}", json.dump()));
  std::vector<Element> elements;
  for (std::size_t i = 0; i < json.size(); ++i) {
    Json values = json[i];
    std::uint64_t identity = i + 1;
    if (values.is_object() && values.contains("#")) {
      if (!values["#"].is_number_integer() || values["#"] < 0)
        fail(fmt::format("{}[{}].#", path, i), fmt::format("must be a whole number, not {}", values["#"].dump()));
      identity = values["#"].get<std::uint64_t>();
      values.erase("#");
    }
    elements.push_back({identity, read_space(element_prefix(path, i), domain.element, values)});
  }
  return elements;
}

Configuration read_space(const std::string& prefix, const SearchSpace& space, const Json& json) {
  if (!json.is_object())
    fail(prefix.empty() ? "it" : prefix.substr(0, prefix.size() - 1),
         fmt::format("must be an object of names and values, not {}", json.dump()));
  for (const auto& [name, value] : json.items())
    if (space.find(name) == nullptr) fail_unknown(prefix, name, space);
  Configuration configuration;
  for (const Parameter& parameter : space.parameters()) {
    const std::string path = prefix + parameter.name;
    const auto found = json.find(parameter.name);
    if (found == json.end()) fail(path, "is missing");
    configuration.set(parameter.name,
                      std::visit([&](const auto& domain) { return read(path, domain, *found); }, parameter.domain));
  }
  return configuration;
}

}  // namespace

void SearchSpace::validate(const Configuration& configuration) const { check_space("", *this, configuration); }

Configuration SearchSpace::configuration_from_json(const Json& json) const {
  Configuration configuration = read_space("", *this, json);
  validate(configuration);
  return configuration;
}

}  // namespace nascent
