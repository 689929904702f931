#include "nascent/space/constraint.h"

#include "nascent/space/search_space.h"
#include "space/expression.h"

namespace nascent {

Constraint::Constraint(std::string_view expression, const SearchSpace& space)
    : expression_(expression), compiled_(std::make_shared<const CompiledConstraint>(compile(expression, space))) {}

bool Constraint::allows(const Configuration& configuration) const {
  return compiled_->truth(configuration) != Truth::kBroken;
}

const std::vector<std::vector<std::string>>& Constraint::names() const { return compiled_->paths; }

SearchSpace& SearchSpace::add_constraint(std::string_view expression) {
  constraints_.emplace_back(expression, *this);
  constrained_ = true;
  return *this;
}

namespace {

bool keeps(const SearchSpace& space, const Configuration& configuration) {
  for (const Constraint& constraint : space.constraints())
    if (!constraint.allows(configuration)) return false;
  for (const Parameter& parameter : space.parameters()) {
    if (const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain)) {
      const std::string& chosen = configuration.choice(parameter.name);
      for (const Choice& choice : categorical->choices)
        if (choice.name == chosen && !choice.branch.allows(configuration.branch(parameter.name))) return false;
    } else if (const auto* list = std::get_if<RepeatDomain>(&parameter.domain)) {
      for (const Element& element : configuration.elements(parameter.name))
        if (!list->element.allows(element.values)) return false;
    }
  }
  return !space.traits().allowed || space.traits().allowed(configuration);
}

}  // namespace

bool SearchSpace::allows(const Configuration& configuration) const {
  return !is_constrained() || keeps(*this, configuration);
}

}  // namespace nascent
