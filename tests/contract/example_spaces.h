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

}  // namespace nascent::testing
