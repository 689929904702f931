#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nascent/architecture/morphism.h"

/// The recipes of the morphisms, one function each. They return none where the node is of the wrong kind and throw
/// `InputError` where shapes do not fit; whether the function is kept is for `apply` to check.
namespace nascent {

std::optional<Morphed> deepened(const Architecture& architecture, int node);
std::optional<Morphed> widened(const Architecture& architecture, int node, int filters);
std::optional<Morphed> with_larger_kernel(const Architecture& architecture, int node, int kernel);
std::optional<Morphed> with_added_skip(const Architecture& architecture, int node, int other);
std::optional<Morphed> with_concatenated_skip(const Architecture& architecture, int node, int other);
std::optional<Morphed> doubled(const Architecture& architecture, int node);
std::optional<Morphed> split(const Architecture& architecture, int node);
std::optional<Morphed> with_norm(const Architecture& architecture, int node);
std::optional<Morphed> multiplied(const Architecture& architecture, int node);

// What the recipes share.

/// "stage-1/convolution/deeper-1", with the first number that is free.
std::string new_name(const Architecture& architecture, const std::string& node, const std::string& what);

/// Convolutions and dense layers.
bool is_layer(const Operation& operation);
/// Convolutions that read one channel for each group.
bool is_depthwise(const Architecture& architecture, int node);
/// The nodes that read a node, one entry for each time they do.
std::vector<int> readers_of(const Architecture& architecture, int node);
/// Whether something can stand behind the node: not behind the output.
bool has_readers(const Architecture& architecture, int node);

/// A layer with the normalization and the activation behind it, as far as nobody else reads what is between.
struct LayerEnd {
  int end = 0;  ///< its last node
  int before_activation = 0;
  bool norm = false;
  std::optional<ActivationKind> activation;
};
LayerEnd layer_end(const Architecture& architecture, int node);

/// The operations after outputs have grown: `own` says by how many filters or units a layer grows, `behind` how many
/// channels are joined behind a node. Layers whose outputs are added to what grew grow with it, and depthwise
/// convolutions with what they read; none where that has no end or reaches the input, the output or a user's operation.
std::optional<std::vector<Operation>> grown_operations(const Architecture& architecture, std::vector<int> own,
                                                       const std::vector<int>& behind);

}  // namespace nascent
