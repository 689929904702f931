#pragma once

#include "nascent/space/search_space.h"

namespace nascent::testing {

/// Every kind of parameter, and conditions and lists inside each other. Infinite.
inline SearchSpace every_kind_of_parameter() {
  SearchSpace layer;
  layer.add_int("filters", 8, 64, {.log = true});
  layer.add_categorical("kind", {{"conv", SearchSpace().add_categorical("kernel", {"3", "5"})}, {"pool"}});

  SearchSpace network;
  network.add_repeat("layers", 1, 3, layer);
  network.add_float("dropout", 0.0, 0.5, {.step = 0.1});

  SearchSpace trees;
  trees.add_int("depth", 2, 10, {.step = 2});
  trees.add_float("subsample", 0.5, 1.0);

  SearchSpace space;
  space.add_categorical("model", {{"network", network}, {"trees", trees}, {"constant"}});
  space.add_float("lr", 1e-5, 1e-1, {.log = true});
  space.add_int("batch", 16, 256, {.log = true});
  space.add_float("momentum", -1.0, 1.0);
  space.add_int("fixed", 7, 7);
  return space;
}

/// Finite: 3 * (2 + (1 + 2 + 4)) = 27 points, with a condition and a list.
inline SearchSpace small_finite_space() {
  SearchSpace space;
  space.add_int("n", 1, 3);
  space.add_categorical("kind", {{"flat", SearchSpace().add_float("x", 0.0, 0.5, {.step = 0.5})},
                                 {"deep", SearchSpace().add_repeat("layers", 0, 2, SearchSpace().add_int("w", 0, 1))}});
  return space;
}

/// Constraints at every level, and ordered categories. Infinite; about half of what its ranges hold is allowed.
inline SearchSpace constrained_space() {
  SearchSpace layer;
  layer.add_int("filters", 8, 64, {.step = 8}).add_int("groups", 1, 8);
  layer.add_constraint("groups <= filters / 4");

  SearchSpace network;
  network.add_repeat("layers", 1, 3, layer);
  network.add_constraint("sum(layers.filters) <= 128");

  SearchSpace space;
  space.add_categorical("model", {{"network", network}, {"linear"}});
  space.add_float("lr", 1e-4, 1.0, {.log = true});
  space.add_ordered("batch", {"16", "32", "64", "128"});
  space.add_ordered("width", {"narrow", "middle", "wide"});
  space.add_constraint("lr * batch <= 10");
  space.add_constraint("model == 'network' or width <= 'middle'");
  return space;
}

}  // namespace nascent::testing
