#include "nascent/learner/family.h"

#include "learner/families.h"
#include "nascent/core/error.h"

namespace nascent {

std::vector<Family> table_families(const TableTraits& traits, bool with_networks) {
  std::vector<Family> families = {boosted_trees_family(traits), linear_family(traits)};
  if (with_networks) families.push_back(neural_network_family(traits));
  families.push_back(random_forest_family(traits));
  if (nearest_neighbours_can_be_used(traits)) families.push_back(nearest_neighbours_family(traits));
  return families;
}

Preprocessing preprocessing_of(std::string_view family, const Configuration& configuration) {
  if (family == kBoostedTrees) return boosted_trees_preprocessing(configuration);
  if (family == kRandomForest) return random_forest_preprocessing(configuration);
  if (family == kLinear) return linear_preprocessing(configuration);
  if (family == kNeuralNetwork) return neural_network_preprocessing(configuration);
  if (family == kNearestNeighbours) return nearest_neighbours_preprocessing(configuration);
  if (family == kDenseNetwork) return dense_network_preprocessing(configuration);
  throw InputError("There is no model family named \"" + std::string(family) +
                   "\"; the families are boosted_trees, random_forest, linear, neural_network, nearest_neighbours and "
                   "dense_network.");
}

}  // namespace nascent
