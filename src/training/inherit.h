#pragma once

#include "nascent/architecture/inheritance.h"
#include "training/flat_optimizer.h"
#include "training/network.h"

namespace nascent {

/// What became of an inheritance.
struct InheritReport {
  Exactness exactness = Exactness::kApproximate;
  double share = 0.0;         ///< of the child's parameters that were copied from the parent
  std::string why_not_exact;  ///< empty when exact
};

/// Carries out `plan_inheritance(parent, child, origins)`: copies weights and running statistics from the parent into
/// the child, which was made fresh, and starts its new nodes as planned.
InheritReport inherit_weights(const Network& parent, Network& child, const Origins& origins = {});

/// The same for a plan of these two networks.
void inherit_weights(const InheritancePlan& plan, const Network& parent, Network& child);

/// The parent's optimizer state as the child's: what was copied keeps its moments, what is new has none.
OptimizerState inherit_state(const InheritancePlan& plan, const Network& parent, const Network& child,
                             const OptimizerState& state);

}  // namespace nascent
