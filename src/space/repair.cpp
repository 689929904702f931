#include "space/repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "nascent/core/error.h"
#include "nascent/space/variation.h"
#include "space/draw.h"
#include "space/edits.h"

namespace nascent {
namespace {

/// How often the parameters of a group are drawn together before they are repaired one by one.
constexpr int kMostDraws = 1000;
/// Steps of a repair, and how many repairs are begun anew for a sample.
constexpr int kMostSteps = 2000;
constexpr int kMostRepairs = 5;
/// The chance that a repair takes a step that breaks more constraints than before, to leave a dead end.
constexpr double kStepAside = 0.05;
/// The chance that a category or a list on the way to a parameter is drawn again instead of what is below it.
constexpr double kStopAbove = 0.25;

/// Parameters of one level that constraints tie together, directly or through others, and those constraints.
struct Group {
  std::vector<const Parameter*> parameters;
  std::vector<const Constraint*> constraints;

  bool kept(const Configuration& configuration) const {
    return std::all_of(constraints.begin(), constraints.end(),
                       [&](const Constraint* constraint) { return constraint->allows(configuration); });
  }
};

/// Groups that share no parameter can be drawn apart, which leaves the distribution as it is and needs far fewer draws.
std::vector<Group> groups_of(const SearchSpace& space) {
  const std::vector<Parameter>& parameters = space.parameters();
  std::vector<std::size_t> group(parameters.size());
  std::iota(group.begin(), group.end(), std::size_t{0});
  const auto index_of_root = [&](const Constraint& constraint, std::size_t name) {
    return static_cast<std::size_t>(space.find(constraint.names()[name].front()) - parameters.data());
  };
  for (const Constraint& constraint : space.constraints()) {
    const std::size_t kept = group[index_of_root(constraint, 0)];
    for (std::size_t name = 1; name < constraint.names().size(); ++name)
      std::replace(group.begin(), group.end(), group[index_of_root(constraint, name)], std::size_t{kept});
  }
  std::vector<Group> by_first(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) by_first[group[i]].parameters.push_back(&parameters[i]);
  for (const Constraint& constraint : space.constraints())
    by_first[group[index_of_root(constraint, 0)]].constraints.push_back(&constraint);
  std::erase_if(by_first, [](const Group& one) { return one.constraints.empty(); });
  return by_first;
}

/// A constraint that a configuration breaks, and the level where it stands.
struct Broken {
  const SearchSpace* space;
  Configuration* configuration;
  const Constraint* constraint;
};

void find_broken(const SearchSpace& space, Configuration& configuration, std::vector<Broken>& broken) {
  for (const Constraint& constraint : space.constraints())
    if (!constraint.allows(configuration)) broken.push_back({&space, &configuration, &constraint});
  for (const Parameter& parameter : space.parameters()) {
    Value& value = *configuration.find(parameter.name);
    if (const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain)) {
      auto& chosen = std::get<ChoiceValue>(value);
      find_broken(categorical->choices[index_of(*categorical, chosen.name)].branch, chosen.branch, broken);
    } else if (const auto* list = std::get_if<RepeatDomain>(&parameter.domain)) {
      for (Element& element : std::get<std::vector<Element>>(value)) find_broken(list->element, element.values, broken);
    }
  }
}

/// Draws one value at the end of a path again, or a category or a list on the way to it.
void draw_again(const SearchSpace& space, Configuration& configuration, std::span<const std::string> path,
                Random& random) {
  const Parameter* parameter = space.find(path.front());
  Value* value = configuration.find(path.front());
  // The name is not active here: another category has been chosen.
  if (parameter == nullptr || value == nullptr) return;
  if (path.size() > 1 && !random.chance(kStopAbove)) {
    if (const auto* categorical = std::get_if<CategoricalDomain>(&parameter->domain)) {
      auto& chosen = std::get<ChoiceValue>(*value);
      const SearchSpace& branch = categorical->choices[index_of(*categorical, chosen.name)].branch;
      return draw_again(branch, chosen.branch, path.subspan(1), random);
    }
    auto& elements = std::get<std::vector<Element>>(*value);
    if (!elements.empty()) {
      const SearchSpace& element = std::get<RepeatDomain>(parameter->domain).element;
      return draw_again(element, elements[random.below(elements.size())].values, path.subspan(1), random);
    }
  }
  *value = draw(*parameter, random);
}

InputError hardly_any_point(const Group& group) {
  std::string list;
  for (const Constraint* constraint : group.constraints)
    list += fmt::format("{}\"{}\"", list.empty() ? "" : " and ", constraint->expression());
  return InputError(
      fmt::format("search space: the constraint{} {} allow{} hardly any point, for {} random draws found "
                  "none; loosen {} or narrow the ranges",
                  group.constraints.size() == 1 ? "" : "s", list, group.constraints.size() == 1 ? "s" : "", kMostDraws,
                  group.constraints.size() == 1 ? "it" : "them"));
}

/// A nearby point that keeps the constraints, whatever the traits say.
std::optional<Configuration> with_constraints_kept(const SearchSpace& space, Configuration configuration,
                                                   Random& random) {
  std::vector<Broken> broken;
  for (int step = 0; step < kMostSteps; ++step) {
    // Found anew in each candidate, since they point into it.
    Configuration candidate = configuration;
    broken.clear();
    find_broken(space, candidate, broken);
    if (broken.empty()) return configuration;
    const std::size_t before = broken.size();
    const Broken target = broken[random.below(before)];
    const auto& names = target.constraint->names();
    draw_again(*target.space, *target.configuration, names[random.below(names.size())], random);
    broken.clear();
    find_broken(space, candidate, broken);
    if (broken.size() <= before || random.chance(kStepAside)) configuration = std::move(candidate);
  }
  broken.clear();
  find_broken(space, configuration, broken);
  if (broken.empty()) return configuration;
  return {};
}

}  // namespace

std::optional<Configuration> repaired(const SearchSpace& space, Configuration configuration, Random& random) {
  std::optional<Configuration> kept = with_constraints_kept(space, std::move(configuration), random);
  if (kept && !space.allows(*kept)) return {};
  return kept;
}

void keep_constraints(const SearchSpace& space, Configuration& configuration, Random& random) {
  for (const Group& group : groups_of(space)) {
    for (int draws = 0; draws < kMostDraws && !group.kept(configuration); ++draws)
      for (const Parameter* parameter : group.parameters) configuration.set(parameter->name, draw(*parameter, random));
  }
  for (const Group& group : groups_of(space)) {
    for (int repairs = 0; !group.kept(configuration); ++repairs) {
      if (repairs == kMostRepairs) throw hardly_any_point(group);
      std::optional<Configuration> better = with_constraints_kept(space, configuration, random);
      if (better)
        configuration = std::move(*better);
      else
        for (const Parameter* parameter : group.parameters)
          configuration.set(parameter->name, draw(*parameter, random));
    }
  }
}

}  // namespace nascent
