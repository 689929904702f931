#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "nascent/architecture/architecture.h"
#include "nascent/core/random.h"

namespace nascent::testing {

/// Graphs of any operations in any order, which no space of networks would hold: what a translator must stand.
class RandomNetwork {
 public:
  RandomNetwork(const Shape& input, Random& random) : net_(input), random_(random), maps_{0} {}

  /// Some operations on feature maps, then some on vectors, then the classes.
  Architecture make(int map_operations, int vector_operations, int classes) {
    for (int i = 0; i < map_operations; ++i) maps_.push_back(append_map_operation());
    const bool flatten = net_.node(maps_.back()).shape.elements() <= 256 && random_.chance(0.5);
    append(flatten ? Operation{Flatten{}} : Operation{GlobalAveragePool{}}, {maps_.back()});
    for (int i = 0; i < vector_operations; ++i) append(vector_operation(), {net_.last()});
    append(Dense{.units = classes, .bias = random_.chance(0.8)}, {net_.last()});
    return net_;
  }

 private:
  int append(Operation operation, std::vector<int> inputs) {
    const std::string name = fmt::format("{} {}", name_of(operation), net_.nodes().size());
    return net_.append(name, std::move(operation), std::move(inputs));
  }
  /// Mostly the last one, so that networks get deep.
  int any_map() { return random_.chance(0.7) ? maps_.back() : maps_[random_.below(maps_.size())]; }
  ActivationKind any_activation() {
    constexpr std::array kinds = {ActivationKind::kRelu, ActivationKind::kRelu, ActivationKind::kSilu,
                                  ActivationKind::kGelu, ActivationKind::kSelu, ActivationKind::kTanh};
    return kinds[random_.below(kinds.size())];
  }

  /// Never over one channel, which leaves nothing but the bias. Flattened to a vector of equal features and normalized
  /// again, that is a rounding error over the root of epsilon, and libtorch's own is the one that shows.
  static Operation layer_norm(const Shape& in) {
    return in.channels > 1 ? Operation{LayerNorm{}} : Operation{BatchNorm{}};
  }

  int append_map_operation() {
    const int from = any_map();
    const Shape in = net_.node(from).shape;
    const double kind = random_.uniform();
    if (kind < 0.3) return append(convolution(in), {from});
    if (kind < 0.45) return append(BatchNorm{}, {from});
    if (kind < 0.5) return append(layer_norm(in), {from});
    if (kind < 0.62) return append(Activation{any_activation()}, {from});
    if (kind < 0.7) return pool(from, in);
    if (kind < 0.8) return sum(from, in);
    if (kind < 0.87) return joined(from, in);
    if (kind < 0.9) return append(Dropout{0.0}, {from});
    if (kind < 0.94) return append(SqueezeExcite{.units = static_cast<int>(random_.integer(1, 4))}, {from});
    if (kind < 0.97) return append(Scale{}, {from});
    return append(kind < 0.985 ? Operation{Identity{}} : Operation{Zero{}}, {from});
  }

  Convolution convolution(const Shape& in) {
    Convolution conv{.filters = static_cast<int>(2 * random_.integer(1, 4)),
                     .kernel = static_cast<int>(2 * random_.integer(0, 2) + 1),
                     .stride = in.height > 4 && random_.chance(0.2) ? 2 : 1,
                     .groups = in.channels % 2 == 0 && random_.chance(0.2) ? 2 : 1,
                     .dilation = random_.chance(0.2) ? 2 : 1,
                     .bias = random_.chance(0.4)};
    if (random_.chance(0.15)) conv.filters = conv.groups = in.channels;  // depthwise
    return conv;
  }

  int pool(int from, const Shape& in) {
    const bool halves = in.height >= 4 && random_.chance(0.4);
    const int size = halves ? 2 : 3;
    const int stride = halves ? 2 : 1;
    const int padding = halves ? 0 : 1;
    return random_.chance(0.5) ? append(MaxPool{size, stride, padding}, {from})
                               : append(AveragePool{size, stride, padding}, {from});
  }

  /// Of all maps of its shape that there are, up to three; of one and the same twice if there is no other.
  int sum(int from, const Shape& in) {
    std::vector<int> fitting;
    for (const int map : maps_) {
      if (net_.node(map).shape == in) fitting.push_back(map);
    }
    random_.shuffle(fitting);
    fitting.resize(std::min<std::size_t>(fitting.size(), 1 + random_.below(2)));
    fitting.insert(random_.chance(0.5) ? fitting.begin() : fitting.end(), from);
    return append(Add{}, fitting);
  }

  int joined(int from, const Shape& in) {
    std::vector<int> parts{from};
    for (const int map : maps_) {
      const Shape& shape = net_.node(map).shape;
      if (shape.height == in.height && shape.width == in.width && shape.channels + in.channels <= 12 &&
          random_.chance(0.3) && parts.size() < 3) {
        parts.push_back(map);
      }
    }
    if (parts.size() == 1) return append(Identity{}, {from});
    return append(Concatenate{}, parts);
  }

  Operation vector_operation() {
    switch (random_.below(6)) {
      case 0:
      case 1:
        return Dense{.units = static_cast<int>(random_.integer(2, 10)), .bias = random_.chance(0.5)};
      case 2:
        return BatchNorm{};
      case 3:
        return layer_norm(net_.node(net_.last()).shape);
      case 4:
        return Scale{};
      default:
        return Activation{any_activation()};
    }
  }

  Architecture net_;
  Random& random_;
  std::vector<int> maps_;  ///< nodes that give feature maps
};

inline Architecture random_network(const Shape& input, int classes, Random& random) {
  return RandomNetwork(input, random)
      .make(static_cast<int>(random.integer(3, 14)), static_cast<int>(random.integer(0, 3)), classes);
}

}  // namespace nascent::testing
