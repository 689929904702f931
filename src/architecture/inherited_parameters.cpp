#include <algorithm>

#include "architecture/inheritance_planner.h"

namespace nascent {
namespace {

std::int64_t given(const std::vector<int>& channels) {
  return std::ranges::count_if(channels, [](int channel) { return channel >= 0; });
}

std::int64_t copied_by(const Architecture& parent, const Architecture& child, int node, const NodeInheritance& start) {
  const Operation& operation = child.node(node).operation;
  const std::int64_t channels = given(start.outputs);
  if (std::holds_alternative<Convolution>(operation) || std::holds_alternative<Dense>(operation)) {
    const WeightShape here = weight_shape(child, node);
    const WeightShape there = weight_shape(parent, start.parent);
    const std::int64_t kernel = std::min(here.kernel, there.kernel);
    return channels * (given(start.inputs) * kernel * kernel + (here.bias && there.bias ? 1 : 0));
  }
  if (std::holds_alternative<Scale>(operation)) return channels;
  if (std::holds_alternative<SqueezeExcite>(operation)) {
    return 2 * given(start.units) * channels + given(start.units) + channels;
  }
  if (std::holds_alternative<Custom>(operation)) return child.parameters_of(node);
  return 2 * channels;  // normalizations
}

}  // namespace

std::int64_t inherited_parameters(const Architecture& parent, const Architecture& child, const InheritancePlan& plan) {
  std::int64_t total = 0;
  for (int i = 0; i <= child.last(); ++i) {
    const NodeInheritance& start = plan.nodes[static_cast<std::size_t>(i)];
    if (start.start == NodeInheritance::Start::kInherited) total += copied_by(parent, child, i, start);
  }
  return total;
}

}  // namespace nascent
