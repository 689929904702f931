// Linear models: logistic regression with an L1 or L2 penalty for classes, ridge regression and the elastic net for
// numbers.
#include "learner/families.h"

namespace nascent {

Family linear_family(const TableTraits& traits) {
  Family family{.name = std::string(kLinear), .label = "linear model", .space = {}, .first = {}};
  SearchSpace& space = family.space;
  Configuration first;
  Configuration penalty;
  if (traits.task.is_classification()) {
    // The inverse of the penalty's strength: small is simple.
    space.add_categorical("penalty", {{"l2", SearchSpace().add_float("c", 1e-4, 1e3, {.log = true})},
                                      {"l1", SearchSpace().add_float("c", 1e-3, 1e2, {.log = true})}});
    penalty.set("c", 1.0);
    first.set("penalty", ChoiceValue{"l2", penalty});
  } else {
    space.add_categorical(
        "penalty",
        {{"ridge", SearchSpace().add_float("strength", 1e-4, 1e4, {.log = true})},
         {"elastic_net",
          SearchSpace().add_float("l2", 1e-6, 1.0, {.log = true}).add_float("l1", 1e-6, 1.0, {.log = true})}});
    penalty.set("strength", 1.0);
    first.set("penalty", ChoiceValue{"ridge", penalty});
  }
  add_scaling(space);
  first.set("scaling", ChoiceValue{"standard", {}});
  family.first.push_back(std::move(first));
  return family;
}

Preprocessing linear_preprocessing(const Configuration& configuration) {
  return {.numbers = scaling_of(configuration), .categories = Preprocessing::Categories::kOneHot, .rare_rows = 3};
}

}  // namespace nascent
