#include "execution/parameter_path.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "nascent/execution/command_template.h"

namespace nascent {
namespace {

/// What follows `prefix` in `text`, if it begins with it.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

/// "[3]rest" as an index and what follows.
std::optional<std::size_t> take_index(std::string_view& text) {
  if (!text.starts_with('[')) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), index);
  if (error != std::errc() || end == text.data() + text.size() || *end != ']') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end + 1 - text.data()));
  return index;
}

bool names_below(const CategoricalDomain& domain, std::string_view path) {
  return std::ranges::any_of(domain.choices, [&](const Choice& choice) {
    const auto rest = after(path, choice.name + ".");
    return names_parameter(choice.branch, path) || (rest && names_parameter(choice.branch, *rest));
  });
}

bool names_in(const RepeatDomain& domain, std::string_view rest) {
  if (const auto index = take_index(rest); index && *index >= static_cast<std::size_t>(domain.maximum)) return false;
  if (rest.empty()) return true;
  const auto path = after(rest, ".");
  return path && names_parameter(domain.element, *path);
}

void add_once(std::vector<std::string>& paths, std::string path) {
  if (std::ranges::find(paths, path) == paths.end()) paths.push_back(std::move(path));
}

Json json_of(const std::vector<Element>& elements) {
  Json list = Json::array();
  for (const Element& element : elements) list.push_back(element.values.to_json());
  return list;
}

std::optional<std::string> text_at(const Value& value, std::string_view rest);

std::optional<std::string> text_at(const ChoiceValue& choice, std::string_view rest) {
  if (rest.empty()) return choice.name;
  const auto path = after(rest, ".");
  if (!path) return std::nullopt;
  if (auto found = value_at(choice.branch, *path)) return found;
  const auto below = after(*path, choice.name + ".");
  return below ? value_at(choice.branch, *below) : std::nullopt;
}

std::optional<std::string> text_at(const std::vector<Element>& elements, std::string_view rest) {
  if (const auto index = take_index(rest)) {
    if (*index >= elements.size()) return std::nullopt;
    if (rest.empty()) return elements[*index].values.to_json().dump();
    const auto path = after(rest, ".");
    return path ? value_at(elements[*index].values, *path) : std::nullopt;
  }
  if (rest.empty()) return json_of(elements).dump();
  const auto path = after(rest, ".");
  if (!path) return std::nullopt;
  std::vector<std::string> texts;
  for (const Element& element : elements) {
    if (auto text = value_at(element.values, *path)) texts.push_back(std::move(*text));
  }
  if (texts.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(texts, ","));
}

std::optional<std::string> text_at(const Value& value, std::string_view rest) {
  if (const auto* choice = std::get_if<ChoiceValue>(&value)) return text_at(*choice, rest);
  if (const auto* elements = std::get_if<std::vector<Element>>(&value)) return text_at(*elements, rest);
  if (!rest.empty()) return std::nullopt;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  return fmt::format("{}", std::get<double>(value));
}

}  // namespace

bool names_parameter(const SearchSpace& space, std::string_view path) {
  return std::ranges::any_of(space.parameters(), [&](const Parameter& parameter) {
    const auto rest = after(path, parameter.name);
    if (!rest) return false;
    if (rest->empty()) return true;
    if (const auto* domain = std::get_if<CategoricalDomain>(&parameter.domain)) {
      const auto below = after(*rest, ".");
      return below && names_below(*domain, *below);
    }
    const auto* domain = std::get_if<RepeatDomain>(&parameter.domain);
    return domain != nullptr && names_in(*domain, *rest);
  });
}

std::vector<std::string> parameter_paths(const SearchSpace& space) {
  std::vector<std::string> paths;
  for (const Parameter& parameter : space.parameters()) {
    add_once(paths, parameter.name);
    const auto add_below = [&](const SearchSpace& below) {
      for (const std::string& path : parameter_paths(below)) add_once(paths, parameter.name + "." + path);
    };
    if (const auto* categories = std::get_if<CategoricalDomain>(&parameter.domain)) {
      for (const Choice& choice : categories->choices) add_below(choice.branch);
    } else if (const auto* list = std::get_if<RepeatDomain>(&parameter.domain)) {
      add_below(list->element);
    }
  }
  return paths;
}

std::optional<std::string> value_at(const Configuration& configuration, std::string_view path) {
  for (const auto& [name, value] : configuration.values()) {
    const auto rest = after(path, name);
    if (!rest) continue;
    if (auto text = text_at(value, *rest)) return text;
  }
  return std::nullopt;
}

}  // namespace nascent
