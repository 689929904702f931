// k nearest neighbours (Cover & Hart 1967) by Euclidean distance on scaled numbers and 0/1 columns.
#include <algorithm>

#include "learner/families.h"

namespace nascent {

namespace {

/// Every prediction looks at every training row: beyond this the other families are the better use of the time.
constexpr std::size_t kMostRows = 100'000;
constexpr std::size_t kMostFeatures = 500;

}  // namespace

bool nearest_neighbours_can_be_used(const TableTraits& traits) {
  return traits.rows <= kMostRows && traits.numeric_features + traits.categorical_features <= kMostFeatures;
}

Family nearest_neighbours_family(const TableTraits& traits) {
  Family family{.name = std::string(kNearestNeighbours), .label = "nearest neighbours", .space = {}, .first = {}};
  // A neighbourhood of more than half of the rows says nothing.
  const auto most = std::clamp<std::int64_t>(static_cast<std::int64_t>(traits.rows / 2), 2, 64);
  family.space.add_int("k", 1, most, {.log = true});
  family.space.add_categorical("weights", {"uniform", "distance"});
  add_scaling(family.space);

  Configuration first;
  first.set("k", std::min<std::int64_t>(10, most));
  first.set("weights", ChoiceValue{"distance", {}});
  first.set("scaling", ChoiceValue{"standard", {}});
  family.first.push_back(std::move(first));
  return family;
}

Preprocessing nearest_neighbours_preprocessing(const Configuration& configuration) {
  return {.numbers = scaling_of(configuration), .categories = Preprocessing::Categories::kOneHot, .rare_rows = 3};
}

}  // namespace nascent
