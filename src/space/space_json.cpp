// A search space as JSON and back.
//
//     {"parameters": [
//       {"name": "lr", "type": "float", "low": 1e-4, "high": 0.1, "log": true},
//       {"name": "depth", "type": "int", "low": 2, "high": 8, "step": 2},
//       {"name": "optimizer", "type": "categorical",
//        "choices": ["adam", {"name": "sgd", "parameters": [{"name": "momentum", ...}]}]},
//       {"name": "batch", "type": "categorical", "choices": ["16", "32", "64"], "ordered": true},
//       {"name": "layers", "type": "repeat", "minimum": 1, "maximum": 4, "parameters": [...]}],
//      "constraints": ["lr * batch <= 10"]}

#include <fmt/format.h>

#include <algorithm>

#include "nascent/core/error.h"
#include "nascent/core/near_match.h"
#include "nascent/space/search_space.h"

namespace nascent {
namespace {

/// Adds the parameters and the constraints of a level to the object that holds them.
void add_level(Json& json, const SearchSpace& space);

Json domain_to_json(const FloatDomain& domain) {
  Json json{{"type", "float"}, {"low", domain.low}, {"high", domain.high}};
  if (domain.log) json["log"] = true;
  if (domain.step) json["step"] = *domain.step;
  return json;
}

Json domain_to_json(const IntDomain& domain) {
  Json json{{"type", "int"}, {"low", domain.low}, {"high", domain.high}};
  if (domain.log) json["log"] = true;
  if (domain.step != 1) json["step"] = domain.step;
  return json;
}

Json domain_to_json(const CategoricalDomain& domain) {
  Json choices = Json::array();
  for (const Choice& choice : domain.choices) {
    if (choice.branch.empty()) {
      choices.push_back(choice.name);
      continue;
    }
    Json json{{"name", choice.name}};
    add_level(json, choice.branch);
    choices.push_back(std::move(json));
  }
  Json json{{"type", "categorical"}, {"choices", std::move(choices)}};
  if (domain.ordered) json["ordered"] = true;
  return json;
}

Json domain_to_json(const RepeatDomain& domain) {
  Json json{{"type", "repeat"}, {"minimum", domain.minimum}, {"maximum", domain.maximum}};
  add_level(json, domain.element);
  return json;
}

void add_level(Json& json, const SearchSpace& space) {
  Json list = Json::array();
  for (const Parameter& parameter : space.parameters()) {
    Json entry = std::visit([](const auto& domain) { return domain_to_json(domain); }, parameter.domain);
    entry["name"] = parameter.name;
    list.push_back(std::move(entry));
  }
  json["parameters"] = std::move(list);
  for (const Constraint& constraint : space.constraints()) json["constraints"].push_back(constraint.expression());
}

/// One JSON object and where it stands, with checked access to its members.
class Node {
 public:
  Node(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) throw error("must be an object, not " + json.dump());
  }

  InputError error(const std::string& what) const { return InputError("search space: " + where_ + " " + what); }

  void allow(const std::vector<std::string>& keys) const {
    for (const auto& [key, value] : json_.items())
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        throw error(fmt::format("has an unknown key \"{}\"{}", key, did_you_mean(key, keys)));
  }

  const Json& at(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) throw error(fmt::format("lacks \"{}\"", key));
    return *found;
  }

  std::string text(const char* key) const {
    const Json& value = at(key);
    if (!value.is_string()) throw wrong(key, "a text");
    return value.get<std::string>();
  }

  double number(const char* key) const {
    const Json& value = at(key);
    if (!value.is_number()) throw wrong(key, "a number");
    return value.get<double>();
  }

  std::int64_t integer(const char* key) const {
    const Json& value = at(key);
    if (!value.is_number_integer()) throw wrong(key, "a whole number");
    return value.get<std::int64_t>();
  }

  /// False where it is not there.
  bool flag(const char* key) const {
    if (!json_.contains(key)) return false;
    if (!at(key).is_boolean()) throw wrong(key, "true or false");
    return at(key).get<bool>();
  }

  bool has(const char* key) const { return json_.contains(key); }

  NumberOptions number_options() const {
    NumberOptions options;
    options.log = flag("log");
    if (json_.contains("step")) options.step = number("step");
    return options;
  }

  const Json& list(const char* key) const {
    const Json& value = at(key);
    if (!value.is_array()) throw wrong(key, "a list");
    return value;
  }

  const std::string& where() const { return where_; }

 private:
  InputError wrong(const char* key, const char* wanted) const {
    return error(fmt::format("needs {} as \"{}\", not {}", wanted, key, at(key).dump()));
  }

  const Json& json_;
  std::string where_;
};

SearchSpace read_level(const Node& node);

std::vector<Choice> read_choices(const Node& node) {
  std::vector<Choice> choices;
  const Json& list = node.list("choices");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].is_string()) {
      choices.emplace_back(list[i].get<std::string>());
      continue;
    }
    const Node choice(list[i], fmt::format("{}.choices[{}]", node.where(), i));
    choice.allow({"name", "parameters", "constraints"});
    choices.emplace_back(choice.text("name"), read_level(choice));
  }
  return choices;
}

void read_parameter(const Node& node, SearchSpace& space) {
  const std::string name = node.text("name");
  const std::string type = node.text("type");
  if (type == "float") {
    node.allow({"name", "type", "low", "high", "log", "step"});
    space.add_float(name, node.number("low"), node.number("high"), node.number_options());
  } else if (type == "int") {
    node.allow({"name", "type", "low", "high", "log", "step"});
    space.add_int(name, node.integer("low"), node.integer("high"), node.number_options());
  } else if (type == "categorical") {
    node.allow({"name", "type", "choices", "ordered"});
    if (node.flag("ordered"))
      space.add_ordered(name, read_choices(node));
    else
      space.add_categorical(name, read_choices(node));
  } else if (type == "repeat") {
    node.allow({"name", "type", "minimum", "maximum", "parameters", "constraints"});
    space.add_repeat(name, node.integer("minimum"), node.integer("maximum"), read_level(node));
  } else {
    const std::vector<std::string> known{"float", "int", "categorical", "repeat"};
    const std::string hint = did_you_mean(type, known);
    throw node.error(
        fmt::format("has the unknown type \"{}\"{}", type, hint.empty() ? " (float, int, categorical, repeat)" : hint));
  }
}

SearchSpace read_level(const Node& node) {
  SearchSpace space;
  const Json& list = node.list("parameters");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string prefix = node.where() == "it" ? "" : node.where() + ".";
    read_parameter(Node(list[i], fmt::format("{}parameters[{}]", prefix, i)), space);
  }
  if (!node.has("constraints")) return space;
  for (const Json& expression : node.list("constraints")) {
    if (!expression.is_string()) throw node.error("needs texts as \"constraints\", not " + expression.dump());
    space.add_constraint(expression.get<std::string>());
  }
  return space;
}

}  // namespace

Json SearchSpace::to_json() const {
  Json json = Json::object();
  add_level(json, *this);
  return json;
}

SearchSpace SearchSpace::from_json(const Json& json) {
  const Node root(json, "it");
  root.allow({"parameters", "constraints"});
  return read_level(root);
}

}  // namespace nascent
