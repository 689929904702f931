#include "training/path_sampler.h"

#include <algorithm>
#include <numeric>

namespace nascent {
namespace {

std::vector<std::size_t> permutation(std::size_t count, Random& random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(order);
  return order;
}

/// Gives the configurations the categories of one parameter in turn, from a random order.
void spread_choices(const Parameter& parameter, std::vector<Configuration>& configurations, Random& random) {
  const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain);
  if (categorical == nullptr) return;
  const std::vector<std::size_t> order = permutation(categorical->choices.size(), random);
  for (std::size_t i = 0; i < configurations.size(); ++i) {
    const Choice& choice = categorical->choices[order[i % order.size()]];
    configurations[i].set(parameter.name, ChoiceValue{choice.name, choice.branch.sample(random)});
  }
}

std::size_t most_categories(const SearchSpace& space) {
  std::size_t most = 1;
  for (const Parameter& parameter : space.parameters()) {
    if (const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain)) {
      most = std::max(most, categorical->choices.size());
    }
  }
  return most;
}

}  // namespace

Configuration numbered_by_place(const Configuration& configuration) {
  Configuration result;
  for (const auto& [name, value] : configuration.values()) {
    if (const auto* choice = std::get_if<ChoiceValue>(&value)) {
      result.append(name, ChoiceValue{choice->name, numbered_by_place(choice->branch)});
    } else if (const auto* elements = std::get_if<std::vector<Element>>(&value)) {
      std::vector<Element> numbered;
      for (const Element& element : *elements) {
        numbered.push_back({numbered.size() + 1, numbered_by_place(element.values)});
      }
      result.append(name, std::move(numbered));
    } else {
      result.append(name, value);
    }
  }
  return result;
}

Architecture path_of(const NetworkSpace& space, const Configuration& configuration) {
  return space.build(numbered_by_place(configuration), {});
}

PathSampler uniform_paths(NetworkSpace space) {
  return [space = std::move(space)](Random& random) {
    return std::vector<Architecture>{path_of(space, space.space.sample(random))};
  };
}

PathSampler fair_paths(NetworkSpace space) {
  const std::size_t count = most_categories(space.space);
  return [space = std::move(space), count](Random& random) {
    std::vector<Configuration> configurations;
    for (std::size_t i = 0; i < count; ++i) configurations.push_back(space.space.sample(random));
    const Configuration uniform = configurations.front();
    for (const Parameter& parameter : space.space.parameters()) spread_choices(parameter, configurations, random);
    std::vector<Architecture> paths;
    for (const Configuration& configuration : configurations) {
      if (space.space.allows(configuration)) paths.push_back(path_of(space, configuration));
    }
    if (paths.empty()) paths.push_back(path_of(space, uniform));
    return paths;
  };
}

}  // namespace nascent
