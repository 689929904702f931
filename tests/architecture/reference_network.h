#pragma once

#include <vector>

#include "nascent/architecture/inheritance.h"
#include "nascent/core/random.h"

/// Networks computed by plain loops in doubles, and plans of inheritance carried out on them: what the rules of
/// `plan_inheritance` are held against.
namespace nascent::testing {

/// The numbers of one node. Convolutions and dense layers: `weight` (outputs x inputs of a group x kernel x kernel) and
/// `bias`. Norms and scales: one number for each channel. Squeeze-and-excitation: `weight` (units x channels), `bias`,
/// `weight2` (channels x units) and `bias2`.
struct ReferenceWeights {
  std::vector<double> weight, bias, mean, variance, weight2, bias2;
};

using ReferenceNetwork = std::vector<ReferenceWeights>;  ///< one for each node
using Batch = std::vector<std::vector<double>>;          ///< of examples: channels x height x width

ReferenceNetwork random_weights(const Architecture& architecture, Random& random);

/// In training, batch normalizations use the statistics of the batch; nothing is dropped in either mode.
Batch evaluate(const Architecture& architecture, const ReferenceNetwork& network, const Batch& input, bool training);

/// What the plan leaves open is drawn at random.
ReferenceNetwork inherit(const Architecture& parent, const ReferenceNetwork& weights, const Architecture& child,
                         const InheritancePlan& plan, Random& random);

Batch random_batch(const Shape& shape, std::size_t count, Random& random);

/// The largest difference relative to the largest output.
double difference(const Batch& a, const Batch& b);

}  // namespace nascent::testing
