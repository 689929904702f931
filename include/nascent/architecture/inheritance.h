#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nascent/architecture/architecture.h"

/// How a network starts from the weights of another: which of its numbers are copied from where, and which start at
/// random, at zero or as the identity. Knows no tensors: the training room carries it out (`training/inherit.h`).
///
/// Chen, Goodfellow, Shlens: Net2Net. ICLR 2016. Wei, Wang, Rui, Chen: Network morphism. ICML 2016.
namespace nascent {

/// How far the function is kept.
enum class Exactness : std::uint8_t {
  kApproximate,  ///< what fits is inherited, and the function changes
  kInference,    ///< the same outputs in evaluation mode
  kTraining,     ///< and in training mode too, where normalizations use the statistics of the batch
};

/// Where a node of a child comes from, when it is not the parent's node of the same name.
struct Origin {
  std::string node;       ///< of the parent
  int first_channel = 0;  ///< the child's first output channel is this one of the parent's
  double scale = 1.0;     ///< its output is the parent's times this: the halves of a branch that was doubled
  bool operator==(const Origin&) const = default;
};

/// By the child's names of nodes. A node that is not listed comes from the parent's node of its own name, if there is
/// one, and is new otherwise.
using Origins = std::map<std::string, Origin>;

/// How one node of the child gets its numbers. Channels of a dense layer are its features and units.
struct NodeInheritance {
  enum class Start : std::uint8_t {
    kFresh,      ///< as in a new network (also: the node has no numbers)
    kInherited,  ///< from the parent's node; what that lacks is filled as described below
    kIdentity,   ///< so that it passes on what comes in
    kZero,  ///< so that nothing comes out: the weights of a convolution or dense layer, or a norm's scale, are zero
  };
  Start start = Start::kFresh;
  int parent = -1;  ///< the parent's node, when inherited

  /// For each output channel the parent's, or -1. Inherited: a channel without a parent starts as in a new network.
  /// Identity (of a convolution or dense layer): the input channel that it passes on; -1 starts as in a new network.
  /// Norms, scales and squeeze-and-excitation: for each channel.
  std::vector<int> outputs;
  /// Inherited convolution or dense layer: for each input channel (of a group) the parent's, or -1: weights from
  /// channels without a parent are zero in the rows of inherited output channels, so that those do not change.
  std::vector<int> inputs;
  /// Inherited squeeze-and-excitation: for each unit of its first dense layer the parent's, or -1 (fresh rows whose
  /// outgoing weights are zero).
  std::vector<int> units;
  /// Weights and biases are multiplied by this on the way.
  double scale = 1.0;

  bool operator==(const NodeInheritance&) const = default;
};

/// The start of a child network, node by node. Kernels are placed centre on centre: a larger one is padded with zeros,
/// a smaller one keeps the middle.
struct InheritancePlan {
  std::vector<NodeInheritance> nodes;  ///< one for each node of the child
  Exactness exactness = Exactness::kApproximate;
  std::int64_t inherited_parameters = 0;  ///< of the child, copied from the parent
  std::string why_not_exact;              ///< names the first node whose output changes; empty when exact
};

/// Follows every channel through both networks to see which of the child's equal which of the parent's, and chooses the
/// start of new nodes so that as much as possible stays as it was: a new layer on the way is the identity, a new branch
/// into a sum starts at zero, channels that were not there before are not listened to.
InheritancePlan plan_inheritance(const Architecture& parent, const Architecture& child, const Origins& origins = {});

}  // namespace nascent
