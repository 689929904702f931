#include "store/record_text.h"

#include <cmath>
#include <limits>

#include "nascent/trial/bytes.h"

namespace nascent {
namespace {

double number_from_json(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const std::string text = json.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  return text == "inf" ? infinity : -infinity;
}

}  // namespace

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Blob blob_of(const std::map<std::string, double>& numbers) {
  Blob blob;
  if (!numbers.empty()) ByteWriter(blob.bytes).numbers(numbers);
  return blob;
}

std::map<std::string, double> numbers_from_blob(std::string_view bytes) {
  return bytes.empty() ? std::map<std::string, double>() : ByteReader(bytes).numbers();
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
