// Networks for vectors from dense layers.
//
//     layers[]
//       units, normalization, activation, dropout
//       skip            none | add {back} | scaled {back} | concatenate {back}
//     dropout           before the outputs

#include <fmt/format.h>

#include <algorithm>

#include "architecture/layer_parts.h"

namespace nascent {
namespace {

struct Allowed {
  int layers, back;
  SpaceSettings::Range units;
  std::vector<std::string> activations, normalizations, skips;

  explicit Allowed(const Json& json) {
    SpaceSettings settings("macro", json);
    layers = settings.count("layers", 6, 1, 64);
    units = settings.range("units", {16, 512}, {8, 65536});
    activations = settings.choices("activations", {"relu", "silu", "gelu", "selu"}, kActivations);
    normalizations = settings.choices("normalizations", kNormalizations, kNormalizations);
    skips = settings.choices("skips", {"none", "add", "concatenate"}, kSkips);
    back = settings.count("back", 4, 1, 64);
    settings.check_unknown();
    if (units.low % 8 != 0 || units.high % 8 != 0)
      throw SettingError("units",
                         fmt::format("must have multiples of 8 as bounds, not {} and {}", units.low, units.high));
  }

  SearchSpace space() const {
    SearchSpace layer;
    layer.add_int("units", units.low, units.high, {.step = 8});
    layer.add_categorical("normalization", plain_choices(normalizations));
    layer.add_categorical("activation", plain_choices(activations));
    add_dropout(layer);
    add_skip(layer, skips, back);
    SearchSpace space;
    space.add_repeat("layers", 1, layers, std::move(layer));
    add_dropout(space);
    return space;
  }

  Configuration network(int count, std::int64_t size, const char* normalization, const char* skip) const {
    std::vector<Element> list;
    for (int i = 0; i < std::min(count, layers); ++i) {
      Configuration layer;
      layer.set("units", std::clamp<std::int64_t>(size, units.low, units.high));
      layer.set("normalization", ChoiceValue{one_of(normalizations, {normalization}), {}});
      layer.set("activation", ChoiceValue{one_of(activations, {"relu"}), {}});
      layer.set("dropout", 0.0);
      layer.set("skip", skip_value(one_of(skips, {i == 0 ? "none" : skip, "none"})));
      list.push_back({list.size() + 1, std::move(layer)});
    }
    Configuration network;
    network.set("layers", std::move(list));
    network.set("dropout", 0.0);
    return network;
  }
};

/// What comes out of a layer.
struct Output {
  int node;
  std::string name;
};

/// Appends a layer behind the last output. Like a layer for images: dense, normalization, addition, activation,
/// concatenation.
Output append_layer(Architecture& net, const std::string& name, const Configuration& layer,
                    const Enlargement& enlargement, const std::vector<Output>& outputs) {
  const std::string& normalization = layer.choice("normalization");
  int end = net.append(name + "/dense",
                       Dense{.units = enlarged(layer.integer("units"), enlargement), .bias = normalization == "none"},
                       outputs.back().node);
  end = append_normalization(net, name, normalization, end);
  const std::string& skip = layer.choice("skip");
  const Output* source = nullptr;
  if (skip != "none") {
    const auto back = static_cast<std::size_t>(layer.branch("skip").integer("back"));
    source = &outputs[outputs.size() - std::min(back, outputs.size())];
  }
  if (skip == "add" || skip == "scaled") {
    const std::string from = name + "/from-" + source->name;
    const int units = net.node(end).shape.channels;
    int other = source->node;
    if (net.node(other).shape.channels != units)
      other = net.append(from + "/dense", Dense{.units = units, .bias = false}, other);
    else if (skip == "scaled")
      other = net.append(from + "/scale", Scale{}, other);
    end = net.append(name + "/add", Add{}, {end, other});
  }
  end = append_activation(net, name, layer.choice("activation"), end);
  end = append_dropout(net, name + "/dropout", layer.number("dropout"), end);
  if (skip == "concatenate") end = net.append(name + "/concatenate", Concatenate{}, {end, source->node});
  return {end, name};
}

Architecture build(const NetworkTask& task, const Configuration& configuration, const Enlargement& enlargement) {
  Architecture net(task.input);
  std::vector<Output> outputs{{0, "input"}};
  for (int turn = 1; turn <= enlarged_cells(1, enlargement); ++turn) {
    const std::string again = turn == 1 ? "" : fmt::format("again-{}-", turn);
    for (const Element& layer : configuration.elements("layers"))
      outputs.push_back(
          append_layer(net, fmt::format("{}layer-{}", again, layer.identity), layer.values, enlargement, outputs));
  }
  const int end = append_dropout(net, "dropout", configuration.number("dropout"), outputs.back().node);
  net.append("outputs", Dense{.units = task.outputs}, end);
  return net;
}

}  // namespace

NetworkSpace make_macro_table_space(const Json& settings, const NetworkTask& task) {
  const Allowed allowed(settings);
  return {.kind = "macro",
          .space = allowed.space(),
          .build = [task](const Configuration& configuration,
                          const Enlargement& enlargement) { return build(task, configuration, enlargement); },
          .first = {allowed.network(1, 32, "none", "none"), allowed.network(2, 128, "batch", "none"),
                    allowed.network(4, 256, "batch", "add")}};
}

}  // namespace nascent
