#pragma once

#include "nascent/architecture/network_space.h"

namespace nascent::testing {

/// The space of macro networks for images of this shape, small enough for tests.
inline NetworkSpace macro_networks(const Shape& input, int outputs,
                                   Json settings = {{"stages", 3}, {"layers", 3}, {"filters", {8, 64}}}) {
  return make_network_space({.kind = "macro", .settings = std::move(settings)}, {.input = input, .outputs = outputs});
}

/// A starting point of that space: 0 is the smallest, 2 a residual network at full resolution.
inline Architecture first_macro_network(const Shape& input, int outputs, std::size_t index) {
  const NetworkSpace space = macro_networks(input, outputs);
  return space.build(space.first.at(index), {});
}

}  // namespace nascent::testing
