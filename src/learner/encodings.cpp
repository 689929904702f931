#include "learner/families.h"

namespace nascent {

namespace {

constexpr std::size_t kMostClassesForTargetStatistics = 12;

/// Beyond this many categories a 0/1 column for each costs more than it can bring.
constexpr std::size_t kMostCategoriesForOneHot = 1'000;

}  // namespace

void add_category_encoding(SearchSpace& space, const TableTraits& traits) {
  if (traits.categorical_features == 0) return;
  std::vector<Choice> choices = {"native"};
  if (traits.largest_cardinality <= kMostCategoriesForOneHot) choices.emplace_back("one_hot");
  if (traits.task.outputs() <= kMostClassesForTargetStatistics) choices.emplace_back("target");
  // A single choice is still a parameter, so that every configuration of the table says what it does.
  space.add_categorical("categories", std::move(choices));
}

void set_category_encoding(Configuration& configuration, const TableTraits& traits, std::string_view encoding) {
  if (traits.categorical_features == 0) return;
  const bool wide = traits.largest_cardinality > kMostCategoriesForOneHot;
  configuration.set("categories", ChoiceValue{wide ? "native" : std::string(encoding), {}});
}

Preprocessing::Categories category_encoding_of(const Configuration& configuration) {
  if (configuration.find("categories") == nullptr) return Preprocessing::Categories::kCodes;
  const std::string& choice = configuration.choice("categories");
  if (choice == "one_hot") return Preprocessing::Categories::kOneHot;
  if (choice == "target") return Preprocessing::Categories::kTarget;
  return Preprocessing::Categories::kCodes;
}

void add_scaling(SearchSpace& space) { space.add_categorical("scaling", {"standard", "robust"}); }

Preprocessing::Numbers scaling_of(const Configuration& configuration) {
  return configuration.choice("scaling") == "robust" ? Preprocessing::Numbers::kRobust
                                                     : Preprocessing::Numbers::kStandard;
}

}  // namespace nascent
