#include "nascent/space/configuration.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "nascent/core/error.h"

namespace nascent {
namespace {

std::string in_quotes(std::string_view text) { return Json(text).dump(); }

/// The shortest text that reads back as the same number. The C++ standard fixes it, so it is the same everywhere.
void append_number(std::string& out, double value) {
  if (value == 0.0) value = 0.0;  // -0 and 0 are equal, so they must have one canonical form
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, end);
}

void append_canonical(std::string& out, const Configuration& configuration);

void append_canonical(std::string& out, const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    append_number(out, *number);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out += std::to_string(*integer);
  } else if (const auto* choice = std::get_if<ChoiceValue>(&value)) {
    if (choice->branch.empty()) {
      out += in_quotes(choice->name);
    } else {
      out += "{" + in_quotes(choice->name) + ":";
      append_canonical(out, choice->branch);
      out += "}";
    }
  } else {
    out += "[";
    for (const Element& element : std::get<std::vector<Element>>(value)) {
      if (out.back() != '[') out += ",";
      append_canonical(out, element.values);
    }
    out += "]";
  }
}

void append_canonical(std::string& out, const Configuration& configuration) {
  std::vector<const std::pair<std::string, Value>*> sorted;
  for (const auto& entry : configuration.values()) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  out += "{";
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0) out += ",";
    out += in_quotes(sorted[i]->first) + ":";
    append_canonical(out, sorted[i]->second);
  }
  out += "}";
}

Json to_json_value(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* choice = std::get_if<ChoiceValue>(&value)) {
    if (choice->branch.empty()) return choice->name;
    Json json = Json::object();
    json[choice->name] = choice->branch.to_json();
    return json;
  }
  Json list = Json::array();
  for (const Element& element : std::get<std::vector<Element>>(value)) {
    Json json = element.values.to_json();
    json["#"] = element.identity;
    list.push_back(std::move(json));
  }
  return list;
}

[[noreturn]] void throw_wrong_type(std::string_view name, const char* wanted) {
  throw InternalError("the value " + in_quotes(name) + " of the configuration is not " + wanted +
                      "; the space and the code that reads it disagree");
}

}  // namespace

Configuration::Configuration() = default;
Configuration::Configuration(const Configuration&) = default;
Configuration::Configuration(Configuration&&) noexcept = default;
Configuration& Configuration::operator=(const Configuration&) = default;
Configuration& Configuration::operator=(Configuration&&) noexcept = default;
Configuration::~Configuration() = default;

void Configuration::set(std::string name, Value value) {
  for (auto& [known, old] : values_) {
    if (known != name) continue;
    old = std::move(value);
    return;
  }
  values_.emplace_back(std::move(name), std::move(value));
}

void Configuration::append(std::string name, Value value) { values_.emplace_back(std::move(name), std::move(value)); }

const Value* Configuration::find(std::string_view name) const {
  for (const auto& [known, value] : values_)
    if (known == name) return &value;
  return nullptr;
}

Value* Configuration::find(std::string_view name) { return const_cast<Value*>(std::as_const(*this).find(name)); }

const Value& Configuration::at(std::string_view name) const {
  if (const Value* value = find(name)) return *value;
  std::string present;
  for (const auto& [known, value] : values_) present += (present.empty() ? "" : ", ") + known;
  throw InternalError("the configuration has no value " + in_quotes(name) +
                      ", only: " + (present.empty() ? "nothing" : present));
}

double Configuration::number(std::string_view name) const {
  const Value& value = at(name);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  throw_wrong_type(name, "a number");
}

std::int64_t Configuration::integer(std::string_view name) const {
  if (const auto* integer = std::get_if<std::int64_t>(&at(name))) return *integer;
  throw_wrong_type(name, "an integer");
}

const std::string& Configuration::choice(std::string_view name) const {
  if (const auto* choice = std::get_if<ChoiceValue>(&at(name))) return choice->name;
  throw_wrong_type(name, "a choice");
}

const Configuration& Configuration::branch(std::string_view name) const {
  if (const auto* choice = std::get_if<ChoiceValue>(&at(name))) return choice->branch;
  throw_wrong_type(name, "a choice");
}

const std::vector<Element>& Configuration::elements(std::string_view name) const {
  if (const auto* elements = std::get_if<std::vector<Element>>(&at(name))) return *elements;
  throw_wrong_type(name, "a list");
}

Json Configuration::to_json() const {
  Json json = Json::object();
  for (const auto& [name, value] : values_) json[name] = to_json_value(value);
  return json;
}

std::string Configuration::canonical() const {
  std::string text;
  append_canonical(text, *this);
  return text;
}

bool Configuration::operator==(const Configuration& other) const { return values_ == other.values_; }

}  // namespace nascent
