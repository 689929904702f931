#include "architecture/space_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nascent/core/near_match.h"

namespace nascent {
namespace {

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

bool is_count(const Json& value, int low, int high) {
  return value.is_number_integer() && value >= low && value <= high;
}

}  // namespace

SettingError::SettingError(std::string key, const std::string& what)
    : InputError(fmt::format("the setting \"{}\" {}", key, what)), key_(std::move(key)) {}

SpaceSettings::SpaceSettings(std::string kind, const Json& json) : kind_(std::move(kind)), json_(json) {
  if (!json.is_object())
    throw InputError(fmt::format(
        "the settings of the network space \"{}\" must be an object of names and values, not {}", kind_, json.dump()));
}

const Json* SpaceSettings::look_up(const std::string& name) {
  known_.push_back(name);
  const auto found = json_.find(name);
  return found == json_.end() ? nullptr : &*found;
}

int SpaceSettings::count(const std::string& name, int otherwise, int low, int high) {
  const Json* value = look_up(name);
  if (value == nullptr) return otherwise;
  if (!is_count(*value, low, high))
    throw SettingError(name, fmt::format("must be a whole number from {} to {}, not {}", low, high, value->dump()));
  return value->get<int>();
}

SpaceSettings::Range SpaceSettings::range(const std::string& name, Range otherwise, Range bounds) {
  const Json* value = look_up(name);
  if (value == nullptr) return otherwise;
  if (is_count(*value, bounds.low, bounds.high)) return {value->get<int>(), value->get<int>()};
  const bool pair = value->is_array() && value->size() == 2 && is_count((*value)[0], bounds.low, bounds.high) &&
                    is_count((*value)[1], bounds.low, bounds.high) && (*value)[0] <= (*value)[1];
  if (!pair)
    throw SettingError(name, fmt::format("must be [low, high] or one whole number, from {} to {}, not {}", bounds.low,
                                         bounds.high, value->dump()));
  return {(*value)[0].get<int>(), (*value)[1].get<int>()};
}

std::vector<std::string> SpaceSettings::choices(const std::string& name, const std::vector<std::string>& otherwise,
                                                const std::vector<std::string>& known) {
  const Json* value = look_up(name);
  if (value == nullptr) return otherwise;
  const std::string list = fmt::format("{}", fmt::join(known, ", "));
  if (!value->is_array() || value->empty())
    throw SettingError(name, fmt::format("must be a list of some of {}, not {}", list, value->dump()));
  std::vector<std::string> chosen;
  for (const Json& item : *value) {
    const std::string text = text_of(item);
    if (std::find(known.begin(), known.end(), text) == known.end()) {
      const std::string hint = did_you_mean(text, known);
      throw SettingError(name, fmt::format("knows no \"{}\"{}", text, hint.empty() ? "; there are " + list : hint));
    }
    if (std::find(chosen.begin(), chosen.end(), text) != chosen.end())
      throw SettingError(name, fmt::format("names \"{}\" twice; leave one out", text));
    chosen.push_back(text);
  }
  return chosen;
}

void SpaceSettings::check_unknown() const {
  for (const auto& [name, value] : json_.items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::string hint = did_you_mean(name, known_);
    throw SettingError(name, fmt::format("is not known to the network space \"{}\"{}", kind_,
                                         hint.empty() ? fmt::format("; it has {}", fmt::join(known_, ", ")) : hint));
  }
}

std::vector<Choice> plain_choices(const std::vector<std::string>& names) {
  std::vector<Choice> choices;
  for (const std::string& name : names) choices.emplace_back(name);
  return choices;
}

}  // namespace nascent
