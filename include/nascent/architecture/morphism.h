#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nascent/architecture/architecture.h"
#include "nascent/architecture/inheritance.h"
#include "nascent/core/random.h"

namespace nascent {

/// The rewrites of a graph that keep the function of the network. Each page of `docs/methods/morphisms.md` has the
/// recipe and its traps.
enum class MorphismKind : std::uint8_t {
  kDeepen,           ///< a new layer behind a node: convolution (with normalization and activation) or dense
  kWiden,            ///< more filters or units, with all that follows the widened channels
  kGrowKernel,       ///< a larger kernel
  kAddSkip,          ///< the output of an earlier node is added, through a scale or a 1 x 1 convolution
  kConcatenateSkip,  ///< the output of an earlier node is joined along the channels
  kDouble,           ///< a layer becomes the sum of two copies of itself, each at half its strength
  kSplit,            ///< a layer becomes two, each with half of the filters, whose outputs are joined
  kInsertNorm,       ///< a batch normalization that starts as the identity
  kMultiply,         ///< a copy of a layer behind itself, which starts as the identity or at zero
};

std::string_view name_of(MorphismKind kind);  ///< "deepen", ...

/// One rewrite of one architecture.
struct Morphism {
  MorphismKind kind = MorphismKind::kDeepen;
  std::string node;   ///< what is rewritten
  std::string other;  ///< of skips: the earlier node
  int amount = 0;     ///< of widen: filters or units afterwards; of grow kernel: the kernel afterwards
  bool operator==(const Morphism&) const = default;
};

/// What a morphism makes of an architecture. `plan_inheritance(parent, architecture, origins)` has an exactness of at
/// least `kInference`.
struct Morphed {
  Architecture architecture;
  Origins origins;
};

/// The architecture after a morphism, with checked shapes; new nodes have names that were not there before. None where
/// it does not apply: the node is not there or of another kind, the result would not keep the function (a widened
/// channel reaches a layer normalization), or the shapes do not fit.
std::optional<Morphed> apply(const Architecture& architecture, const Morphism& morphism);

/// Every morphism that applies, with amounts one step up (half again as many filters, two more pixels of a kernel).
std::vector<Morphism> morphisms_of(const Architecture& architecture);

/// One of them: first a kind of those that apply, then one of the kind, so that the many skips do not crowd out the
/// rest. None where there is none.
std::optional<Morphism> draw_morphism(const Architecture& architecture, Random& random);

}  // namespace nascent
