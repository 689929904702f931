#pragma once

#include <functional>
#include <vector>

#include "nascent/architecture/network_space.h"
#include "nascent/core/random.h"

/// Which paths of a supernet are trained.
namespace nascent {

/// The architectures whose gradients make one step of a supernet.
using PathSampler = std::function<std::vector<Architecture>(Random&)>;

/// The same configuration with the elements of each list numbered 1, 2, ...: in a supernet, weights belong to places.
Configuration numbered_by_place(const Configuration& configuration);

/// The network of a configuration, with elements numbered by place.
Architecture path_of(const NetworkSpace& space, const Configuration& configuration);

/// One path drawn uniformly for each step (Guo et al., Single path one-shot, ECCV 2020).
PathSampler uniform_paths(NetworkSpace space);

/// As many paths for a step as the categorical parameter with the most categories has: each category of every such
/// parameter on the top level is on one of them, or as evenly as the numbers allow, in random order (strict fairness:
/// Chu et al., FairNAS, ICCV 2021). The rest is drawn uniformly. Paths that the space forbids are left out;
/// where all are, one is drawn as by `uniform_paths`.
PathSampler fair_paths(NetworkSpace space);

}  // namespace nascent
