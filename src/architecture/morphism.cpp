#include "nascent/architecture/morphism.h"

#include <algorithm>
#include <array>

#include "architecture/morphism_recipes.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

constexpr std::array<std::string_view, 9> kNames = {"deepen", "widen", "grow_kernel", "add_skip", "concatenate_skip",
                                                    "double", "split", "insert_norm", "multiply"};

std::optional<Morphed> rewritten(const Architecture& net, const Morphism& morphism, int node, int other) {
  switch (morphism.kind) {
    case MorphismKind::kDeepen:
      return deepened(net, node);
    case MorphismKind::kWiden:
      return widened(net, node, morphism.amount);
    case MorphismKind::kGrowKernel:
      return with_larger_kernel(net, node, morphism.amount);
    case MorphismKind::kAddSkip:
      return with_added_skip(net, node, other);
    case MorphismKind::kConcatenateSkip:
      return with_concatenated_skip(net, node, other);
    case MorphismKind::kDouble:
      return doubled(net, node);
    case MorphismKind::kSplit:
      return split(net, node);
    case MorphismKind::kInsertNorm:
      return with_norm(net, node);
    case MorphismKind::kMultiply:
      return multiplied(net, node);
  }
  throw InternalError("a kind of morphism is unknown");
}

/// Where skips may begin and end: not between a layer, its normalization and its activation.
bool ends_a_layer(const Architecture& net, int node) {
  const std::vector<int> readers = readers_of(net, node);
  return !readers.empty() && std::ranges::none_of(readers, [&](int reader) {
    const Operation& operation = net.node(reader).operation;
    return std::holds_alternative<BatchNorm>(operation) || std::holds_alternative<LayerNorm>(operation) ||
           std::holds_alternative<Activation>(operation);
  });
}

/// Some of them may not apply.
std::vector<Morphism> candidates(const Architecture& net) {
  std::vector<Morphism> result;
  std::vector<std::string> ends;
  for (int i = 0; i < net.last(); ++i) {
    const Node& node = net.node(i);
    const bool is_end = ends_a_layer(net, i);
    if (is_end && i > 0) {
      for (const std::string& other : ends) {
        result.push_back({.kind = MorphismKind::kAddSkip, .node = node.name, .other = other});
        result.push_back({.kind = MorphismKind::kConcatenateSkip, .node = node.name, .other = other});
      }
    }
    if (is_end) ends.push_back(node.name);
    if (!is_layer(node.operation)) continue;
    for (const MorphismKind kind : {MorphismKind::kDeepen, MorphismKind::kDouble, MorphismKind::kSplit,
                                    MorphismKind::kInsertNorm, MorphismKind::kMultiply}) {
      result.push_back({.kind = kind, .node = node.name});
    }
    const int wider = node.shape.channels + (node.shape.channels + 1) / 2;
    result.push_back({.kind = MorphismKind::kWiden, .node = node.name, .amount = wider});
    if (const auto* conv = std::get_if<Convolution>(&node.operation)) {
      const Shape in = net.input_shapes(i)[0];
      const int larger = conv->kernel + 2;
      if (larger / 2 * conv->dilation < std::min(in.height, in.width)) {
        result.push_back({.kind = MorphismKind::kGrowKernel, .node = node.name, .amount = larger});
      }
    }
  }
  return result;
}

}  // namespace

std::string_view name_of(MorphismKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<Morphed> apply(const Architecture& architecture, const Morphism& morphism) {
  const int node = architecture.find(morphism.node);
  const bool skips = morphism.kind == MorphismKind::kAddSkip || morphism.kind == MorphismKind::kConcatenateSkip;
  const int other = skips ? architecture.find(morphism.other) : 0;
  if (node < 1 || other < 0) return std::nullopt;
  try {
    std::optional<Morphed> morphed = rewritten(architecture, morphism, node, other);
    if (!morphed) return std::nullopt;
    const InheritancePlan plan = plan_inheritance(architecture, morphed->architecture, morphed->origins);
    if (plan.exactness == Exactness::kApproximate) return std::nullopt;
    return morphed;
  } catch (const InputError&) {
    return std::nullopt;  // the shapes do not fit
  }
}

std::vector<Morphism> morphisms_of(const Architecture& architecture) {
  std::vector<Morphism> result = candidates(architecture);
  std::erase_if(result, [&](const Morphism& morphism) { return !apply(architecture, morphism); });
  return result;
}

std::optional<Morphism> draw_morphism(const Architecture& architecture, Random& random) {
  std::vector<Morphism> left = candidates(architecture);
  random.shuffle(left);
  std::vector<MorphismKind> kinds;
  for (std::size_t i = 0; i < kNames.size(); ++i) kinds.push_back(static_cast<MorphismKind>(i));
  random.shuffle(kinds);
  for (const MorphismKind kind : kinds) {
    for (const Morphism& morphism : left) {
      if (morphism.kind == kind && apply(architecture, morphism)) return morphism;
    }
  }
  return std::nullopt;
}

}  // namespace nascent
