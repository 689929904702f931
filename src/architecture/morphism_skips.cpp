#include "architecture/morphism_recipes.h"

namespace nascent {
namespace {

/// The stride that brings one size to another; 0 if none does.
int stride_between(int from, int to) {
  for (int stride = 1; stride <= from; ++stride) {
    if ((from - 1) / stride + 1 == to) return stride;
  }
  return 0;
}

/// What `other` gives, in the shape of `node`, through something that can start at zero.
std::optional<int> fitted(const Architecture& original, Architecture& copy, int node, int other) {
  const std::string name = copy.node(node).name;
  const Shape from = copy.node(other).shape;
  const Shape to = copy.node(node).shape;
  if (from == to) return copy.append(new_name(original, name, "skip-scale"), Scale{}, other);
  if (from.is_flat() || to.is_flat()) return std::nullopt;
  const int stride = stride_between(from.height, to.height);
  if (stride == 0 || (from.width - 1) / stride + 1 != to.width) return std::nullopt;
  const Convolution conv{.filters = to.channels, .kernel = 1, .stride = stride};
  const int fitting = copy.append(new_name(original, name, "skip-convolution"), conv, other);
  return copy.append(new_name(original, name, "skip-norm"), BatchNorm{}, fitting);
}

}  // namespace

std::optional<Morphed> with_added_skip(const Architecture& architecture, int node, int other) {
  if (other >= node || !has_readers(architecture, node)) return std::nullopt;
  bool fits = true;
  Morphed result;
  result.architecture = rebuilt(architecture, [&](Architecture& copy, const Node& original, std::vector<int> inputs) {
    const int same = copy.append(original.name, original.operation, std::move(inputs));
    if (original.name != architecture.node(node).name) return same;
    const std::optional<int> skip = fitted(architecture, copy, same, copy.find(architecture.node(other).name));
    fits = skip.has_value();
    return fits ? copy.append(new_name(architecture, original.name, "skip-add"), Add{}, {same, *skip}) : same;
  });
  if (!fits) return std::nullopt;
  return result;
}

std::optional<Morphed> with_concatenated_skip(const Architecture& architecture, int node, int other) {
  const Shape from = architecture.node(other).shape;
  const Shape to = architecture.node(node).shape;
  const bool joinable = from.height == to.height && from.width == to.width;
  if (other >= node || !joinable || !has_readers(architecture, node)) return std::nullopt;
  std::vector<int> behind(architecture.nodes().size(), 0);
  const std::vector<int> own = behind;
  behind[static_cast<std::size_t>(node)] = from.channels;
  const auto operations = grown_operations(architecture, own, behind);
  if (!operations) return std::nullopt;
  Morphed result;
  result.architecture = rebuilt(architecture, [&](Architecture& copy, const Node& original, std::vector<int> inputs) {
    const int index = architecture.find(original.name);
    const int same = copy.append(original.name, (*operations)[static_cast<std::size_t>(index)], std::move(inputs));
    if (index != node) return same;
    const int skip = copy.find(architecture.node(other).name);
    return copy.append(new_name(architecture, original.name, "skip-join"), Concatenate{}, {same, skip});
  });
  return result;
}

}  // namespace nascent
