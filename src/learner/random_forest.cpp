// A random forest (Breiman 2001): deep trees, each on a sample of the rows and each split on a sample of the columns,
// that do not look at each other. Grown by XGBoost.
#include "learner/families.h"

namespace nascent {

Family random_forest_family(const TableTraits& traits) {
  Family family{.name = std::string(kRandomForest), .label = "random forest", .space = {}, .first = {}};
  SearchSpace& space = family.space;
  space.add_int("trees", 32, 256, {.log = true});
  space.add_int("max_depth", 6, 18);
  space.add_float("min_child_rows", 1.0, 64.0, {.log = true});
  space.add_float("subsample", 0.3, 0.95);
  space.add_float("colsample", 0.1, 1.0);
  space.add_float("smoothing", 1e-2, 10.0, {.log = true});
  add_category_encoding(space, traits);

  const bool regression = !traits.task.is_classification();
  Configuration first;
  first.set("trees", std::int64_t{100});
  first.set("max_depth", std::int64_t{14});
  first.set("min_child_rows", regression ? 3.0 : 1.0);
  // A bootstrap sample of n rows holds 63 % of them; without replacement that is the share to draw.
  first.set("subsample", 0.63);
  first.set("colsample", regression ? 0.6 : 0.4);
  first.set("smoothing", 0.1);
  set_category_encoding(first, traits, "one_hot");
  family.first.push_back(std::move(first));
  return family;
}

Preprocessing random_forest_preprocessing(const Configuration& configuration) {
  return {.numbers = Preprocessing::Numbers::kKeep, .categories = category_encoding_of(configuration), .rare_rows = 2};
}

}  // namespace nascent
