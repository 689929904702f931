#include "tabular/configuration_json.h"

#include "nascent/core/error.h"

namespace nascent {

namespace {

constexpr const char* kIdentity = "#";

Value value_of(const std::string& name, const Json& json) {
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return ChoiceValue{json.get<std::string>(), {}};
  if (json.is_object() && json.size() == 1) {
    return ChoiceValue{json.begin().key(), configuration_from_plain_json(json.begin().value())};
  }
  if (json.is_array()) {
    std::vector<Element> elements;
    for (Json element : json) {
      const std::uint64_t identity = element.value(kIdentity, std::uint64_t{elements.size() + 1});
      element.erase(kIdentity);
      elements.push_back({identity, configuration_from_plain_json(element)});
    }
    return elements;
  }
  throw InputError("The saved configuration is damaged: \"" + name + "\" cannot be " + json.dump() + ".");
}

}  // namespace

Configuration configuration_from_plain_json(const Json& json) {
  if (!json.is_object()) throw InputError("The saved configuration is damaged: " + json.dump() + " is not an object.");
  Configuration configuration;
  for (const auto& [name, value] : json.items()) configuration.set(name, value_of(name, value));
  return configuration;
}

}  // namespace nascent
