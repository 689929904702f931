#include <algorithm>

#include "architecture/morphism_recipes.h"

namespace nascent {
namespace {

/// By how many channels each output grows.
class Growth {
 public:
  Growth(const Architecture& architecture, std::vector<int> own, const std::vector<int>& behind)
      : net_(architecture), own_(std::move(own)), behind_(behind), outputs_(architecture.nodes().size(), 0) {}

  /// Until all that is added grows alike; false where that has no end.
  bool settle() {
    for (std::size_t round = 0; round < 4 * net_.nodes().size(); ++round) {
      if (!spread()) return false;
      const int lacking = first_lacking();
      if (lacking < 0) return outputs_.back() == 0;
      if (!grow(lacking, missing_)) return false;
    }
    return false;
  }

  Operation operation(int node) const {
    Operation operation = net_.node(node).operation;
    const int own = own_[static_cast<std::size_t>(node)];
    if (auto* dense = std::get_if<Dense>(&operation)) dense->units += own;
    if (auto* conv = std::get_if<Convolution>(&operation)) {
      if (is_depthwise(net_, node)) {
        const int many = conv->filters / conv->groups;
        conv->groups += outputs_[static_cast<std::size_t>(net_.node(node).inputs[0])];
        conv->filters = conv->groups * many;
      } else {
        conv->filters += own;
      }
    }
    return operation;
  }

 private:
  bool spread() {
    for (int i = 1; i <= net_.last(); ++i) {
      const Node& node = net_.node(i);
      int largest = 0;
      int total = 0;
      for (const int input : node.inputs) {
        largest = std::max(largest, outputs_[static_cast<std::size_t>(input)]);
        total += outputs_[static_cast<std::size_t>(input)];
      }
      int& growth = outputs_[static_cast<std::size_t>(i)];
      growth = largest;
      if (std::holds_alternative<Custom>(node.operation) && total > 0) return false;
      if (std::holds_alternative<Concatenate>(node.operation)) growth = total;
      if (std::holds_alternative<Flatten>(node.operation)) growth = largest * positions(i);
      if (is_depthwise(net_, i)) {
        const auto& conv = std::get<Convolution>(node.operation);
        growth = largest * (conv.filters / conv.groups);
      } else if (is_layer(node.operation)) {
        growth = own_[static_cast<std::size_t>(i)];
      }
      growth += behind_[static_cast<std::size_t>(i)];
    }
    return true;
  }

  int positions(int flatten) const {
    const Shape shape = net_.input_shapes(flatten)[0];
    return shape.is_flat() ? 1 : shape.height * shape.width;
  }

  /// An input of a sum that grows less than another.
  int first_lacking() {
    for (int i = 1; i <= net_.last(); ++i) {
      if (!std::holds_alternative<Add>(net_.node(i).operation)) continue;
      const int wanted = outputs_[static_cast<std::size_t>(i)] - behind_[static_cast<std::size_t>(i)];
      for (const int input : net_.node(i).inputs) {
        missing_ = wanted - outputs_[static_cast<std::size_t>(input)];
        if (missing_ > 0) return input;
      }
    }
    return -1;
  }

  /// Finds the layer that can make more of this output.
  bool grow(int node, int by) {
    while (node > 0) {
      const Operation& operation = net_.node(node).operation;
      if (is_layer(operation) && !is_depthwise(net_, node)) {
        own_[static_cast<std::size_t>(node)] += by;
        return true;
      }
      int divisor = 1;
      if (std::holds_alternative<Flatten>(operation)) divisor = positions(node);
      if (const auto* conv = std::get_if<Convolution>(&operation)) divisor = conv->filters / conv->groups;
      if (by % divisor != 0) return false;
      by /= divisor;
      node = net_.node(node).inputs.back();  // new channels come last, so of what is joined the last grows
    }
    return false;
  }

  const Architecture& net_;
  std::vector<int> own_;
  const std::vector<int>& behind_;
  std::vector<int> outputs_;
  int missing_ = 0;
};

}  // namespace

std::optional<std::vector<Operation>> grown_operations(const Architecture& architecture, std::vector<int> own,
                                                       const std::vector<int>& behind) {
  Growth growth(architecture, std::move(own), behind);
  if (!growth.settle()) return std::nullopt;
  std::vector<Operation> operations;
  for (int i = 0; i <= architecture.last(); ++i) operations.push_back(growth.operation(i));
  return operations;
}

std::optional<Morphed> widened(const Architecture& architecture, int node, int filters) {
  const Operation& operation = architecture.node(node).operation;
  if (!is_layer(operation) || is_depthwise(architecture, node)) return std::nullopt;
  const int more = filters - architecture.node(node).shape.channels;
  if (more <= 0) return std::nullopt;
  std::vector<int> own(architecture.nodes().size(), 0);
  const std::vector<int> behind = own;
  own[static_cast<std::size_t>(node)] = more;
  const auto operations = grown_operations(architecture, std::move(own), behind);
  if (!operations) return std::nullopt;
  return Morphed{.architecture = rebuilt(architecture,
                                         [&](Architecture& copy, const Node& original, std::vector<int> inputs) {
                                           const auto index =
                                               static_cast<std::size_t>(architecture.find(original.name));
                                           return copy.append(original.name, (*operations)[index], std::move(inputs));
                                         }),
                 .origins = {}};
}

}  // namespace nascent
