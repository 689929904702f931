#pragma once

#include <memory>

#include "nascent/learner/learner.h"

namespace nascent {

/// A network of dense layers for tables that was designed by search: the learner of `dense_network_family`. Its
/// architecture is built when it is fitted, since only then is known how many numbers come in.
std::unique_ptr<Learner> make_dense_network(const Configuration& configuration, const Task& task);

}  // namespace nascent
