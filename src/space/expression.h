#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/space/search_space.h"

/// Expressions over the values of a configuration, compiled into closures, which allocate nothing when they run.
namespace nascent {

/// What a comparison says. Unknown is one that names what is not active in the configuration; `and`, `or` and `not`
/// treat it as in Kleene's three-valued logic.
enum class Truth { kBroken, kKept, kUnknown };

using NumberOf = std::function<std::optional<double>(const Configuration&)>;  ///< none where it is not active
using TextOf = std::function<const std::string*(const Configuration&)>;       ///< null where it is not active
using TruthOf = std::function<Truth(const Configuration&)>;

/// The way from a space to a parameter in or below it: {"model", "depth"}.
using ParameterPath = std::vector<std::string>;

struct CompiledConstraint {
  TruthOf truth;
  std::vector<ParameterPath> paths;  ///< the parameters it names, each once
};

/// Compiles an expression of the grammar of `Constraint`; throws `InputError` that points at the column.
CompiledConstraint compile(std::string_view expression, const SearchSpace& space);

/// Calls `visit(const Value&)` for the active values at the end of a path: those of all elements of the lists on it.
template <typename Visit>
void visit_values(const Configuration& configuration, std::span<const std::string> path, const Visit& visit) {
  const Value* value = configuration.find(path.front());
  if (value == nullptr) return;
  if (path.size() == 1) {
    visit(*value);
  } else if (const auto* choice = std::get_if<ChoiceValue>(value)) {
    visit_values(choice->branch, path.subspan(1), visit);
  } else if (const auto* elements = std::get_if<std::vector<Element>>(value)) {
    for (const Element& element : *elements) visit_values(element.values, path.subspan(1), visit);
  }
}

}  // namespace nascent
