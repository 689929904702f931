#include <algorithm>

#include "nascent/space/variation.h"
#include "space/edits.h"

namespace nascent {
namespace {

constexpr int kAttempts = 50;

Configuration mixed(const SearchSpace& space, const Configuration& a, const Configuration& b, Random& random);

/// The list of one parent; those of its elements that the other parent has too are mixed.
std::vector<Element> mixed(const RepeatDomain& domain, std::vector<Element> list, const std::vector<Element>& other,
                           Random& random) {
  for (Element& element : list) {
    const auto match =
        std::find_if(other.begin(), other.end(), [&](const Element& e) { return e.identity == element.identity; });
    if (match != other.end()) element.values = mixed(domain.element, element.values, match->values, random);
  }
  return list;
}

Value mixed(const Parameter& parameter, const Value& a, const Value& b, Random& random) {
  const bool first = random.chance(0.5);
  const Value& chosen = first ? a : b;
  const Value& other = first ? b : a;
  if (const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain)) {
    const auto& one = std::get<ChoiceValue>(chosen);
    const auto& two = std::get<ChoiceValue>(other);
    if (one.name != two.name || one.branch.empty()) return chosen;
    const Choice& choice = categorical->choices[index_of(*categorical, one.name)];
    return ChoiceValue{one.name, mixed(choice.branch, one.branch, two.branch, random)};
  }
  if (const auto* list = std::get_if<RepeatDomain>(&parameter.domain))
    return mixed(*list, std::get<std::vector<Element>>(chosen), std::get<std::vector<Element>>(other), random);
  return chosen;
}

Configuration mixed(const SearchSpace& space, const Configuration& a, const Configuration& b, Random& random) {
  Configuration child;
  for (const Parameter& parameter : space.parameters())
    child.append(parameter.name, mixed(parameter, *a.find(parameter.name), *b.find(parameter.name), random));
  return child;
}

}  // namespace

Configuration crossover(const SearchSpace& space, const Configuration& a, const Configuration& b, Random& random) {
  if (a == b) return a;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Configuration child = mixed(space, a, b, random);
    if (child != a && child != b && space.allows(child)) return child;
  }
  return random.chance(0.5) ? a : b;
}

}  // namespace nascent
