#include "automl/description.h"

#include <fmt/format.h>

#include "learner/training_space.h"
#include "nascent/core/quantity.h"
#include "run/fit_plan.h"

namespace nascent {
namespace {

void append_values(const Configuration& configuration, std::string& text);

void append_part(std::string& text, const std::string& part) {
  if (!text.empty() && text.back() != '[' && text.back() != '(') text += ", ";
  text += part;
}

void append_value(const std::string& name, const Value& value, std::string& text) {
  if (const auto* number = std::get_if<double>(&value)) {
    append_part(text, name + " " + format_number(std::stod(fmt::format("{:.3g}", *number))));
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_part(text, fmt::format("{} {}", name, *integer));
  } else if (const auto* choice = std::get_if<ChoiceValue>(&value)) {
    append_part(text, name + " " + choice->name);
    if (choice->branch.empty()) return;
    text += " (";
    append_values(choice->branch, text);
    text += ")";
  } else {
    append_part(text, name + " [");
    bool first = true;
    for (const Element& element : std::get<std::vector<Element>>(value)) {
      if (!first) text += " | ";
      first = false;
      std::string inner;
      append_values(element.values, inner);
      text += inner;
    }
    text += "]";
  }
}

void append_values(const Configuration& configuration, std::string& text) {
  for (const auto& [name, value] : configuration.values()) append_value(name, value, text);
}

}  // namespace

std::string describe(const Configuration& configuration, std::size_t limit) {
  std::string text;
  if (const Value* model = configuration.find(kModelParameter);
      model != nullptr && configuration.values().size() == 1) {
    const auto& chosen = std::get<ChoiceValue>(*model);
    append_values(chosen.branch, text);
    text = text.empty() ? chosen.name : chosen.name + ": " + text;
  } else {
    append_values(configuration, text);
  }
  if (limit > 3 && text.size() > limit) text = text.substr(0, limit - 3) + "...";
  return text;
}

std::string describe(const Trial& trial) {
  const auto network = trial.details.find("network");
  if (network == trial.details.end() || trial.configuration.find(kModelParameter) != nullptr)
    return describe(trial.configuration);
  static const SearchSpace kTraining = training_space({});
  Configuration training;
  for (const Parameter& parameter : kTraining.parameters())
    if (const Value* value = trial.configuration.find(parameter.name)) training.set(parameter.name, *value);
  const std::string beside = describe(training);
  return network->get<std::string>() + (beside.empty() ? "" : "; " + beside);
}

}  // namespace nascent
