#include "store/record_json.h"

#include <cmath>
#include <limits>

namespace nascent {
namespace {

Json number_to_json(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0.0 ? "inf" : "-inf";
  return value;
}

double number_from_json(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const std::string text = json.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  return text == "inf" ? infinity : -infinity;
}

}  // namespace

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string text_of(const std::map<std::string, double>& numbers) {
  Json json = Json::object();
  for (const auto& [name, value] : numbers) json[name] = number_to_json(value);
  return text_of(json);
}

std::map<std::string, double> numbers_from(const std::string& text) {
  std::map<std::string, double> numbers;
  const Json json = Json::parse(text);
  for (const auto& [name, value] : json.items()) numbers[name] = number_from_json(value);
  return numbers;
}

std::string text_of(const StudyRecord& study) {
  Json objectives = Json::array();
  for (const Objective& objective : study.objectives)
    objectives.push_back({{"metric", objective.metric}, {"maximize", objective.maximize}});
  Json constraints = Json::array();
  for (const OutcomeConstraint& constraint : study.constraints)
    constraints.push_back(
        {{"metric", constraint.metric}, {"bound", constraint.bound}, {"at_most", constraint.at_most}});
  return text_of(Json{{"name", study.name},
                      {"space", study.space.to_json()},
                      {"objectives", objectives},
                      {"seed", study.seed},
                      {"strategy", study.strategy},
                      {"constraints", constraints},
                      {"settings", study.settings}});
}

StudyRecord study_from(const std::string& text) {
  const Json json = Json::parse(text);
  StudyRecord study;
  study.name = json.at("name").get<std::string>();
  study.space = SearchSpace::from_json(json.at("space"));
  for (const Json& objective : json.at("objectives"))
    study.objectives.push_back({objective.at("metric").get<std::string>(), objective.at("maximize").get<bool>()});
  for (const Json& constraint : json.value("constraints", Json::array()))
    study.constraints.push_back({constraint.at("metric").get<std::string>(), constraint.at("bound").get<double>(),
                                 constraint.at("at_most").get<bool>()});
  study.seed = json.at("seed").get<std::uint64_t>();
  study.strategy = json.at("strategy").get<std::string>();
  study.settings = json.at("settings");
  return study;
}

}  // namespace nascent
