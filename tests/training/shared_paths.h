#pragma once

#include "nascent/architecture/network_space.h"

/// A small space of networks for 8 x 8 images of 4 classes, in which weights are shared.
namespace nascent::testing {

/// filters: of the stem and the blocks. Each block is a convolution of a kernel or depthwise, added to what comes in.
inline SearchSpace path_space() {
  SearchSpace block;
  block.add_categorical("kind", {"conv-3", "conv-5", "depthwise"});
  SearchSpace space;
  space.add_int("filters", 8, 16, {.step = 8});
  space.add_categorical("first", {"conv-3", "conv-5", "depthwise"});
  space.add_categorical("second", {"conv-3", "none"});
  space.add_repeat("blocks", 0, 2, std::move(block));
  return space;
}

inline int append_block(Architecture& net, const std::string& name, const std::string& kind, int from) {
  if (kind == "none") return from;
  const int filters = net.node(from).shape.channels;
  const Convolution operation{
      .filters = filters, .kernel = kind == "conv-5" ? 5 : 3, .groups = kind == "depthwise" ? filters : 1};
  int x = net.append(name + "/convolution", operation, from);
  x = net.append(name + "/norm", BatchNorm{}, x);
  x = net.append(name + "/add", Add{}, {x, from});
  return net.append(name + "/activation", Activation{}, x);
}

inline Architecture build_path(const Configuration& configuration) {
  Architecture net({1, 8, 8});
  const int filters = static_cast<int>(configuration.integer("filters"));
  int x = net.append("stem/convolution", Convolution{.filters = filters, .stride = 2}, 0);
  x = net.append("stem/norm", BatchNorm{}, x);
  x = net.append("stem/activation", Activation{}, x);
  x = append_block(net, "first", configuration.choice("first"), x);
  x = append_block(net, "second", configuration.choice("second"), x);
  for (const Element& block : configuration.elements("blocks")) {
    x = append_block(net, "block-" + std::to_string(block.identity), block.values.choice("kind"), x);
  }
  x = net.append("pool", Flatten{}, net.append("reduce", MaxPool{}, x));
  net.append("classes", Dense{.units = 4}, x);
  return net;
}

inline NetworkSpace shared_space() {
  return {.kind = "test",
          .space = path_space(),
          .build = [](const Configuration& configuration, const Enlargement&) { return build_path(configuration); },
          .first = {}};
}

inline Configuration path_choice(int filters, const char* first, const char* second = "none") {
  Configuration configuration;
  configuration.set("filters", static_cast<std::int64_t>(filters));
  configuration.set("first", ChoiceValue{first, {}});
  configuration.set("second", ChoiceValue{second, {}});
  configuration.set("blocks", std::vector<Element>{});
  return configuration;
}

inline Architecture path(int filters, const char* first, const char* second = "none") {
  return build_path(path_choice(filters, first, second));
}

}  // namespace nascent::testing
