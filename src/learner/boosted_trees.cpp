// Gradient boosted trees by XGBoost (Chen & Guestrin 2016). The number of rounds is not a parameter: it is found by
// stopping early on the validation rows.
#include <string>

#include "learner/families.h"

namespace nascent {

namespace {

/// The numbers that tell one starting point from another; the regularization that both leave alone is XGBoost's
/// default.
struct Start {
  double learning_rate;
  std::int64_t max_depth;
  double min_child_weight;
  double subsample;
  double colsample;
  std::string categories;
};

/// Zero is XGBoost's default for these two, and a logarithm has none: this is as good as zero.
constexpr double kNoPenalty = 1e-6;

Configuration configuration_of(const Start& start, const TableTraits& traits) {
  Configuration configuration;
  configuration.set("learning_rate", start.learning_rate);
  Configuration depth;
  depth.set("max_depth", start.max_depth);
  configuration.set("growth", ChoiceValue{"depthwise", depth});
  configuration.set("min_child_weight", start.min_child_weight);
  configuration.set("subsample", start.subsample);
  configuration.set("colsample", start.colsample);
  configuration.set("reg_lambda", 1.0);
  configuration.set("reg_alpha", kNoPenalty);
  configuration.set("gamma", kNoPenalty);
  set_category_encoding(configuration, traits, start.categories);
  return configuration;
}

}  // namespace

Family boosted_trees_family(const TableTraits& traits) {
  Family family{.name = std::string(kBoostedTrees), .label = "boosted trees", .space = {}, .first = {}};
  SearchSpace& space = family.space;
  space.add_float("learning_rate", 0.01, 0.4, {.log = true});
  space.add_categorical("growth", {{"depthwise", SearchSpace().add_int("max_depth", 2, 12)},
                                   {"lossguide", SearchSpace().add_int("max_leaves", 8, 256, {.log = true})}});
  space.add_float("min_child_weight", 0.1, 30.0, {.log = true});
  space.add_float("subsample", 0.5, 1.0);
  space.add_float("colsample", 0.3, 1.0);
  space.add_float("reg_lambda", 1e-3, 30.0, {.log = true});
  space.add_float("reg_alpha", kNoPenalty, 10.0, {.log = true});
  space.add_float("gamma", kNoPenalty, 10.0, {.log = true});
  add_category_encoding(space, traits);

  const bool many_classes = traits.task.outputs() > 4;
  // XGBoost's own defaults come first, so that no search ends below them. Then what is usually better where there is
  // time for it: smaller steps on samples of the rows and the columns. With many classes, each round grows a tree for
  // each of them, and the steps have to be larger to be done in time.
  family.first.push_back(configuration_of({.learning_rate = 0.3,
                                           .max_depth = 6,
                                           .min_child_weight = 1.0,
                                           .subsample = 1.0,
                                           .colsample = 1.0,
                                           .categories = "native"},
                                          traits));
  family.first.push_back(configuration_of({.learning_rate = many_classes ? 0.1 : 0.05,
                                           .max_depth = 6,
                                           .min_child_weight = 1.0,
                                           .subsample = 0.8,
                                           .colsample = 0.8,
                                           .categories = "one_hot"},
                                          traits));
  return family;
}

Preprocessing boosted_trees_preprocessing(const Configuration& configuration) {
  return {.numbers = Preprocessing::Numbers::kKeep, .categories = category_encoding_of(configuration), .rare_rows = 2};
}

}  // namespace nascent
