#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/architecture/operation.h"
#include "nascent/core/json.h"

namespace nascent {

/// One operation of an architecture, what it reads and what comes out.
struct Node {
  std::string name;  ///< unique; weights are kept and inherited under it
  Operation operation;
  std::vector<int> inputs;  ///< indices of earlier nodes
  Shape shape;              ///< of its output
  bool operator==(const Node&) const = default;
};

/// A network as a graph of operations with shapes. It knows no tensors and no library.
///
/// Nodes are only ever appended, and read only nodes before them: the order of the nodes is a topological order, there
/// are no cycles, and every shape is known and checked at once. The last node is the output. A value type.
///
///     Architecture net({1, 28, 28});
///     int x = net.append("conv", Convolution{.filters = 16}, net.last());
///     x = net.append("pool", GlobalAveragePool{}, x);
///     net.append("classes", Dense{.units = 10}, x);
class Architecture {
 public:
  Architecture() = default;
  /// Starts with the input node, named "input".
  explicit Architecture(const Shape& input);

  /// Returns the index of the new node. Throws `InputError` naming the node when the name is taken or empty, an input
  /// is not an earlier node, or the shapes do not fit.
  int append(std::string name, Operation operation, std::vector<int> inputs);
  int append(std::string name, Operation operation, int input) {
    return append(std::move(name), std::move(operation), std::vector<int>{input});
  }

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(int index) const { return nodes_.at(static_cast<std::size_t>(index)); }
  int last() const { return static_cast<int>(nodes_.size()) - 1; }
  /// The index of the node of this name, or -1.
  int find(std::string_view name) const;
  /// The shapes that flow into a node.
  std::vector<Shape> input_shapes(int index) const;

  const Shape& input_shape() const { return nodes_.front().shape; }
  const Shape& output_shape() const { return nodes_.back().shape; }

  std::int64_t parameters() const;              ///< of all nodes
  std::int64_t parameters_of(int index) const;  ///< of one node
  std::int64_t multiply_adds() const;           ///< for one example, forward

  /// Numbers in the outputs of all nodes, the input included, for one example: what training holds until the backward
  /// pass has used it.
  std::int64_t activation_elements() const;
  /// The most numbers alive at once, for one example, in a forward pass without training that computes the nodes in
  /// their order, each into memory of its own, and frees an output after its last reader.
  std::int64_t peak_activation_elements() const;

  /// {"version": 1, "nodes": [{"name": ..., "op": ..., "inputs": [...]}, ...]}
  Json to_json() const;
  /// Checks everything again; throws `InputError` naming the node.
  static Architecture from_json(const Json& json);

  /// Checks names, order and shapes again; throws `InputError` naming the node. For use after every rewrite.
  void verify() const;

  /// One number for all isomorphic networks: neither names, nor the order of the nodes, nor the order of what an
  /// addition reads, nor identities, nor nodes that do not lead to the output count. Who reads an output does count:
  /// one convolution read twice is not two convolutions. The same in every run and on every machine.
  ///
  /// Weisfeiler-Lehman refinement along the edges and against them (Shervashidze et al., JMLR 2011), where nodes that
  /// stay alike are singled out one after the other. No pair of different networks with one hash is known.
  std::uint64_t canonical_hash() const;

  bool operator==(const Architecture&) const = default;

 private:
  std::vector<Node> nodes_;
};

/// Puts a node of the original into the copy: `inputs` are the copy's nodes for what it read. Returns the node that
/// stands for it, which its readers will read.
using PlaceNode = std::function<int(Architecture& copy, const Node& node, std::vector<int> inputs)>;

/// A copy, made node by node behind the input, with the edits that `place` makes. `copy.append(node.name,
/// node.operation, inputs)` leaves a node as it was; appending another operation replaces it, appending more inserts
/// nodes, and `inputs[0]` without appending anything removes it. Throws `InputError` like `append`.
///
///     // An activation behind the convolution "a":
///     rebuilt(net, [](Architecture& copy, const Node& node, std::vector<int> inputs) {
///       const int same = copy.append(node.name, node.operation, inputs);
///       return node.name == "a" ? copy.append("a/activation", Activation{}, same) : same;
///     });
Architecture rebuilt(const Architecture& architecture, const PlaceNode& place);

/// One line for people: "3 stages, 16-32-64 filters, 77,706 parameters".
std::string summary(const Architecture& architecture);

}  // namespace nascent
